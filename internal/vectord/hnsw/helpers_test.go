package hnsw_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// clustered gives vectors that lie round centres in a space of fewer dimensions, as
// embeddings do, wide enough that a search has something to find.
func clustered(n, dimension int, seed uint64) [][]float32 {
	const centres, latent = 100, 24
	r := rand.New(rand.NewPCG(seed, 2))
	shared := rand.New(rand.NewPCG(1, 1)) // the same space for all seeds
	normal := func(r *rand.Rand, n int) []float64 {
		list := make([]float64, n)
		for i := range list {
			list[i] = r.NormFloat64()
		}
		return list
	}
	axes, middles := normal(shared, latent*dimension), normal(shared, centres*latent)
	vectors := make([][]float32, n)
	for i := range vectors {
		middle := middles[r.IntN(centres)*latent:][:latent]
		vectors[i] = make([]float32, dimension)
		for l, x := range middle {
			x += r.NormFloat64()
			for d := range vectors[i] {
				vectors[i][d] += float32(x * axes[l*dimension+d])
			}
		}
	}
	return vectors
}

// distance is the metric as its definition has it.
func distance(metric hnsw.Metric, a, b []float32) float64 {
	var dot, aa, bb, l2 float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb, l2 = dot+x*y, aa+x*x, bb+y*y, l2+(x-y)*(x-y)
	}
	switch metric {
	case hnsw.Cosine:
		return 1 - dot/math.Sqrt(aa*bb)
	case hnsw.Dot:
		return -dot
	}
	return l2
}

// index is a graph beside what it ought to hold.
type index struct {
	*hnsw.Graph
	config hnsw.Config
	kept   map[uint32][]float32 // by slot
}

func newIndex(t testing.TB, config hnsw.Config, vectors [][]float32) *index {
	t.Helper()
	g, err := hnsw.New(config, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	x := &index{g, config, map[uint32][]float32{}}
	x.insert(t, vectors)
	return x
}

func (x *index) insert(t testing.TB, vectors [][]float32) (slots []uint32) {
	t.Helper()
	for _, v := range vectors {
		slot, err := x.Put(v)
		if err != nil {
			t.Fatal(err)
		}
		if _, taken := x.kept[slot]; taken {
			t.Fatalf("slot %d is given out twice", slot)
		}
		x.Show(slot)
		x.kept[slot] = v
		slots = append(slots, slot)
	}
	for x.Link() {
	}
	return slots
}

func (x *index) delete(t testing.TB, slot uint32) {
	t.Helper()
	if !x.Delete(slot) {
		t.Fatalf("slot %d cannot be deleted", slot)
	}
	delete(x.kept, slot)
}

// slots in use, in order.
func (x *index) slots() []uint32 {
	var list []uint32
	for slot := range x.kept {
		list = append(list, slot)
	}
	slices.Sort(list)
	return list
}

// nearest gives the slots that a search ought to find.
func (x *index) nearest(query []float32, k int, allowed func(uint32) bool) []uint32 {
	var slots []uint32
	distances := map[uint32]float64{}
	for slot, v := range x.kept {
		if allowed(slot) {
			slots = append(slots, slot)
			distances[slot] = distance(x.config.Metric, query, v)
		}
	}
	slices.SortFunc(slots, func(a, b uint32) int { return cmp.Compare(distances[a], distances[b]) })
	return slots[:min(k, len(slots))]
}

func all(uint32) bool { return true }

// recall searches, checks what every answer has to be, and gives the part of the true
// neighbours that were found.
func (x *index) recall(t testing.TB, queries [][]float32, search hnsw.Search, allowed func(uint32) bool) float64 {
	t.Helper()
	found, wanted := 0, 0
	for _, query := range queries {
		truth := x.nearest(query, search.K, allowed)
		search.Vector = query
		var hits []hnsw.Hit
		x.View(func() { hits = x.Search(search) })
		if len(hits) != len(truth) {
			t.Fatalf("%d hits, and %d match", len(hits), len(truth))
		}
		for i, h := range hits {
			v, kept := x.kept[h.Slot]
			if !kept || !allowed(h.Slot) {
				t.Fatalf("slot %d is answered with: in the graph %v, allowed %v", h.Slot, kept, allowed(h.Slot))
			}
			if want := distance(x.config.Metric, query, v); math.Abs(want-float64(h.Distance)) > 1e-4*max(1, math.Abs(want)) {
				t.Fatalf("slot %d is at %v, not at %v", h.Slot, want, h.Distance)
			}
			if i > 0 && h.Distance < hits[i-1].Distance {
				t.Fatalf("hit %d is nearer than the one before it", i)
			}
			if slices.Contains(truth, h.Slot) {
				found++
			}
		}
		wanted += len(truth)
	}
	return float64(found) / float64(max(wanted, 1))
}

// atLeast fails the test where recall@10 is below.
func (x *index) atLeast(t *testing.T, want float64, queries [][]float32) {
	t.Helper()
	if got := x.recall(t, queries, hnsw.Search{K: 10, Ef: 100}, all); got < want {
		t.Errorf("recall@10 is %.3f, want %.3f", got, want)
	}
}
