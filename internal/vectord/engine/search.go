package engine

import (
	"encoding/json"
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Query is what is searched for.
type Query struct {
	Vector []float32
	K      int // how many, 1 to MaxK
	Ef     int // candidates that are kept on the way; 0 is the default
	Filter *metadata.Filter
	Exact  bool     // every item that matches is looked at
	Least  *float32 // no hit has a lower score

	WithMetadata bool
	WithVector   bool
}

// MaxK bounds what one search gives.
const MaxK = 10_000

// Hit is an item that was found.
type Hit struct {
	ID       string
	Score    float32 // the higher the nearer: the cosine, the product, or 1 / (1 + distance)
	Distance float32 // 1 - cosine, the negated product, or the Euclidean distance
	Metadata json.RawMessage
	Vector   []float32
}

// Search gives the items nearest to a vector, the nearest first. Its error is a
// [hnsw.VectorError] or a [metadata.UnknownFieldError].
func (x *Index) Search(q Query) (hits []Hit, err error) {
	if err := x.config.Check(q.Vector); err != nil {
		return nil, err
	}
	x.graph.View(func() {
		search := hnsw.Search{Vector: q.Vector, K: q.K, Ef: q.Ef, Exact: q.Exact}
		if q.Filter != nil {
			if search.Allowed, err = x.meta.Match(*q.Filter); err != nil {
				return
			}
			if search.Allowed == nil {
				search.Allowed = []uint64{}
			}
		}
		// A slot whose item was replaced just now is no hit; then more are asked for.
		for {
			found := x.graph.Search(search)
			hits = x.resolve(found, q)
			if len(hits) >= q.K || len(found) < search.K {
				return
			}
			search.K += max(q.K-len(hits), search.K/2)
		}
	})
	return hits, err
}

// resolve says which items slots are.
func (x *Index) resolve(found []hnsw.Hit, q Query) []Hit {
	hits := make([]Hit, 0, min(len(found), q.K))
	slots := make([]uint32, 0, cap(hits))
	x.names.mu.RLock()
	moving := len(x.names.twins) > 0
	for _, f := range found {
		id, ok := x.names.id(f.Slot)
		if !ok || len(hits) == q.K || moving && named(hits, id) {
			continue
		}
		hits = append(hits, Hit{ID: id, Distance: f.Distance, Score: -f.Distance})
		slots = append(slots, f.Slot)
	}
	x.names.mu.RUnlock()
	for i := range hits {
		h := &hits[i]
		switch x.config.Metric {
		case hnsw.Cosine:
			h.Score = 1 - h.Distance
		case hnsw.L2:
			h.Distance = float32(math.Sqrt(float64(h.Distance)))
			h.Score = 1 / (1 + h.Distance)
		}
		if q.Least != nil && h.Score < *q.Least {
			return hits[:i]
		}
		if q.WithMetadata {
			h.Metadata = x.meta.Get(slots[i])
		}
		if q.WithVector {
			h.Vector = x.graph.Vector(slots[i])
		}
	}
	return hits
}

func named(hits []Hit, id string) bool {
	for _, h := range hits {
		if h.ID == id {
			return true
		}
	}
	return false
}
