package hnsw

import (
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestNoneOfTheNearestIsLeftOut holds those that codes leave in against the float32
// vectors of all: crowded ones, of one length and of many.
func TestNoneOfTheNearestIsLeftOut(t *testing.T) {
	const n, dimension, k = 400, 100, 10
	for _, metric := range []Metric{Cosine, Dot, L2} {
		g, err := New(Config{Dimension: dimension, Metric: metric, MaxItems: n}, simd.Best())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		r := rand.New(rand.NewPCG(9, uint64(metric)))
		random := func() []float32 {
			v := make([]float32, dimension)
			long := 1 + 3*r.Float64()
			for i := range v {
				v[i] = float32(long * (2 + r.NormFloat64()))
			}
			return v
		}
		var slots []uint32
		for range n {
			slot, err := g.Put(random())
			if err != nil {
				t.Fatal(err)
			}
			slots = append(slots, slot)
		}
		tr := g.searchers.Get().(*searcher)
		left, missing := 0, 0
		for range 100 {
			tr.query.setQuery(random())
			tr.slots = append(tr.slots[:0], slots...)
			tr.near = grown(tr.near, n)
			tr.query.exact(tr.slots, tr.near)
			tr.sorted()
			var nearest []uint32
			for _, e := range tr.entries[:k] {
				nearest = append(nearest, e.slot())
			}
			tr.dropFarther(k)
			left += len(tr.slots)
			for _, slot := range nearest {
				if !slices.Contains(tr.slots, slot) {
					missing++
				}
			}
		}
		if missing > 0 || left < 100*k || left > 100*n/4 {
			t.Errorf("metric %d: %d of the %d nearest are left out, and %d of %d are left in", metric, missing, 100*k, left, 100*n)
		}
	}
}
