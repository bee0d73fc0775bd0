package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Items are replaced, deleted and searched for at once while the index is maintained:
// an id is found once, what stays is always found, and in the end the index holds what
// its writers believe.
func TestChurn(t *testing.T) {
	const stay, churn, rounds = 600, 1500, 3
	x := newIndex(t, engine.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 64, MaxItems: 20_000})
	for n := range stay {
		put(t, x, scattered(fmt.Sprintf("stays-%d", n), n, uint64(n)))
	}
	var c checked
	ctx, stop := context.WithCancel(t.Context())
	var background sync.WaitGroup
	background.Go(func() { x.Maintain(ctx, 2) })
	for worker := range 2 {
		background.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 3))
			for ctx.Err() == nil {
				n := r.IntN(stay)
				q := engine.Query{Vector: scattered("", n, uint64(n)).Vector, K: 10, Ef: 100}
				if worker == 1 {
					q.Filter = filter(t, `{"n":{"gte":0}}`)
				}
				c.hits(t, x, q, n)
			}
		})
	}
	var writers sync.WaitGroup
	for worker := range 2 {
		writers.Go(func() {
			for round := range rounds {
				for n := worker; n < churn; n += 2 {
					put(t, x, scattered(fmt.Sprintf("churn-%d", n), n, uint64(1+round)<<32|uint64(n)))
				}
				for n := worker; n < churn; n += 4 {
					x.Delete([]string{fmt.Sprintf("churn-%d", n)})
				}
			}
		})
	}
	writers.Wait()
	stop()
	background.Wait()
	x.Settle(t.Context(), 2)
	if got := x.Stats(); got.Count != stay+churn/2 || got.Waiting != 0 {
		t.Errorf("in the end: %+v", got)
	}
	if c.missed.Load()*200 > c.searches.Load() {
		t.Errorf("%d of %d searches missed what they stood on", c.missed.Load(), c.searches.Load())
	}
	for n := range stay {
		c.hits(t, x, engine.Query{Vector: scattered("", n, uint64(n)).Vector, K: 10, Ef: 100}, n)
	}
}

const dimension = 12

// scattered gives an item whose vector is somewhere.
func scattered(id string, n int, seed uint64) engine.Item {
	r := rand.New(rand.NewPCG(seed, 8))
	it := engine.Item{ID: id, Metadata: fmt.Appendf(nil, `{"n":%d}`, n)}
	for range dimension {
		it.Vector = append(it.Vector, float32(r.NormFloat64()))
	}
	return it
}

// checked counts searches for what stays.
type checked struct{ searches, missed atomic.Int64 }

// hits: as many as asked for, each once, and the first is the one that stays there. A
// graph may miss a few in a thousand; a look at every item misses none.
func (c *checked) hits(t *testing.T, x *engine.Index, q engine.Query, n int) {
	t.Helper()
	hits, err := x.Search(q)
	if err != nil || len(hits) != q.K {
		t.Errorf("%d hits, %v", len(hits), err)
		return
	}
	seen := map[string]bool{}
	for _, h := range hits {
		if seen[h.ID] {
			t.Errorf("%s is found twice", h.ID)
		}
		seen[h.ID] = true
	}
	want := fmt.Sprintf("stays-%d", n)
	c.searches.Add(1)
	if hits[0].ID == want {
		return
	}
	c.missed.Add(1)
	if q.Exact {
		t.Errorf("%s is lost: the nearest is %s at %v", want, hits[0].ID, hits[0].Distance)
		return
	}
	q.Exact = true
	c.hits(t, x, q, n)
}
