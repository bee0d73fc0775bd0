package engine

import (
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
)

// Search gives the items that fit a query best, the best first, as they were when it
// began or later. Its error is a [QueryError], an [UnknownItemError], a
// [hnsw.VectorError], or one of a filter: [metadata.UnknownFieldError] or
// [metadata.FilterError].
func (x *Index) Search(q Query) (hits []Hit, err error) {
	if err := x.checkQuery(&q); err != nil {
		return nil, err
	}
	x.graph.View(func() { hits, err = x.search(&q) })
	return hits, err
}

// seeker answers one query, as of one moment.
type seeker struct {
	x       *Index
	q       *Query
	since   uint64
	vector  []float32
	allowed []uint64 // nil: every slot
	asked   lexical.Asked
	skip    map[string]bool // ids that are no answer
}

// candidate is an item that may be a hit.
type candidate struct {
	slot     uint32
	id       string
	distance float32 // as the graph gives it
	score    float64 // what candidates are ordered by in the end
	near     Part
	words    Part
}

func (x *Index) search(q *Query) ([]Hit, error) {
	s := seeker{x: x, q: q, since: x.names.now(), vector: q.Vector}
	if len(q.Positive) > 0 {
		var err error
		if s.vector, s.skip, err = x.example(q.Positive, q.Negative); err != nil {
			return nil, err
		}
	}
	if err := s.take(); err != nil {
		return nil, err
	}
	if !q.words() {
		return s.hits(s.nearest(q.K)), nil
	}
	defer s.asked.Close()
	if !q.vectors() {
		return s.hits(s.fitting(q.K)), nil
	}
	return s.hits(s.joined()), nil
}

// take takes the moment of what is searched: which slots match, and what texts there
// are. Metadata that is changed in its place is in both as it was before, or after.
func (s *seeker) take() (err error) {
	if s.q.words() && s.q.Filter != nil {
		s.x.edits.RLock()
		defer s.x.edits.RUnlock()
	}
	if s.q.Filter != nil {
		if s.allowed, err = s.x.meta.Match(*s.q.Filter); err != nil {
			return err
		}
		if s.allowed == nil {
			s.allowed = []uint64{}
		}
	}
	if s.q.words() {
		s.asked = s.x.words.Ask(s.q.Text)
	}
	return nil
}

// nearest gives the n items nearest to the vector, or all that match.
func (s *seeker) nearest(n int) []candidate {
	search := hnsw.Search{Vector: s.vector, Ef: s.q.Ef, Exact: s.q.Exact, Allowed: s.allowed}
	return s.atLeast(n, func(k int) []candidate {
		search.K = k
		found := s.x.graph.Search(search)
		list := make([]candidate, len(found))
		for i, f := range found {
			list[i] = candidate{slot: f.Slot, distance: f.Distance}
		}
		return list
	}, func(c *candidate, rank int) {
		c.near = Part{s.x.nearness(c.distance), rank}
		c.score = float64(c.near.Score)
	})
}

// fitting gives the n items that fit the words best, or all that have one of them.
func (s *seeker) fitting(n int) []candidate {
	return s.atLeast(n, func(k int) []candidate {
		found := s.asked.Search(k, s.allowed)
		list := make([]candidate, len(found))
		for i, f := range found {
			list[i] = candidate{slot: f.Slot, score: f.Score}
		}
		return list
	}, func(c *candidate, rank int) { c.words = Part{float32(c.score), rank} })
}

// atLeast searches until n items have been found, or there are no more: slots that
// nobody's id leads to, and ids that are left out, are none.
func (s *seeker) atLeast(n int, search func(k int) []candidate, rank func(*candidate, int)) []candidate {
	for k := n + len(s.skip); ; {
		slots := search(k)
		whole := len(slots) < k
		items := s.items(slots, n)
		if len(items) == n || whole {
			for i := range items {
				rank(&items[i], i+1)
			}
			return items
		}
		k *= 2
	}
}

// items keeps the first n of a list that are items, each once, and says which.
func (s *seeker) items(list []candidate, n int) []candidate {
	names := &s.x.names
	names.mu.RLock()
	defer names.mu.RUnlock()
	twice := names.moving()
	items := list[:0]
	for _, c := range list {
		var ok bool
		c.id, c.slot, ok = names.id(c.slot, s.since)
		if !ok || s.skip[c.id] || twice && named(items, c.id) {
			continue
		}
		if items = append(items, c); len(items) == n {
			break
		}
	}
	return items
}

func named(items []candidate, id string) bool {
	for i := range items {
		if items[i].id == id {
			return true
		}
	}
	return false
}

// nearness is the score of a distance that the graph gave.
func (x *Index) nearness(distance float32) float32 {
	switch x.config.Metric {
	case hnsw.Cosine:
		return 1 - distance
	case hnsw.L2:
		return 1 / (1 + sqrt(distance))
	}
	return -distance
}

// hits makes hits of candidates that are in order.
func (s *seeker) hits(list []candidate) []Hit {
	hits := make([]Hit, 0, len(list))
	for i := range list {
		c := &list[i]
		h := Hit{ID: c.id, Score: float32(c.score), ByVector: c.near, ByWords: c.words}
		if s.q.Least != nil && h.Score < *s.q.Least {
			break
		}
		if s.q.vectors() {
			h.Distance = c.distance
			if s.x.config.Metric == hnsw.L2 {
				h.Distance = sqrt(c.distance)
			}
		}
		if s.q.WithMetadata {
			h.Metadata = s.x.meta.Get(c.slot)
		}
		if s.q.WithVector {
			h.Vector = s.x.graph.Vector(c.slot)
		}
		hits = append(hits, h)
	}
	return hits
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
