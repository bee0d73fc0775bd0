package hnsw_test

import (
	"cmp"
	"fmt"
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

func TestTheNearestAreFound(t *testing.T) {
	vectors, queries := clustered(800, 48, 1), clustered(40, 48, 2)
	for name, metric := range map[string]hnsw.Metric{"cosine": hnsw.Cosine, "dot": hnsw.Dot, "l2": hnsw.L2} {
		for _, float := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, float %v", name, float), func(t *testing.T) {
				x := newIndex(t, hnsw.Config{Dimension: 48, Metric: metric, Float: float, EfConstruction: 60, MaxItems: 800}, vectors)
				x.atLeast(t, .97, queries)
				if got := x.recall(t, queries, hnsw.Search{K: 10, Exact: true}, all); got < .999 {
					t.Errorf("an exact search finds %.4f", got)
				}
			})
		}
	}
}

func TestDimensionsOfAnyLength(t *testing.T) {
	for _, dimension := range []int{1, 2, 3, 7, 63, 65, 255, 257, 500} {
		vectors := clustered(150, dimension, 3)
		x := newIndex(t, hnsw.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 150}, vectors)
		x.atLeast(t, .95, vectors[:20])
	}
}

func TestTheSameCallsGiveTheSameGraph(t *testing.T) {
	vectors, queries := clustered(600, 32, 4), clustered(50, 32, 5)
	answers := func(seed uint64) (list []hnsw.Hit) {
		x := newIndex(t, hnsw.Config{Dimension: 32, M: 4, EfConstruction: 8, Float: true, Seed: seed, MaxItems: 2000}, vectors)
		for slot := uint32(0); slot < 600; slot += 3 {
			x.delete(t, slot)
		}
		x.Repair()
		x.insert(t, vectors[:200])
		for _, q := range queries {
			list = append(list, x.Search(hnsw.Search{Vector: q, K: 10, Ef: 10})...)
		}
		return list
	}
	one := answers(7)
	if !slices.Equal(one, answers(7)) {
		t.Error("the same seed gave two graphs")
	}
	if slices.Equal(one, answers(8)) {
		t.Error("another seed gave the same graph, so this test sees nothing")
	}
}

func TestFewAndEqualVectors(t *testing.T) {
	one := []float32{1, 2, 3}
	for _, n := range []int{0, 1, 2, 500} {
		x := newIndex(t, hnsw.Config{Dimension: 3, MaxItems: 500}, slices.Repeat([][]float32{one}, n))
		for _, k := range []int{0, 1, 10, 499, 10_000} {
			if hits := x.Search(hnsw.Search{Vector: one, K: k}); len(hits) != min(k, n) {
				t.Errorf("%d of %d equal vectors: %d hits", k, n, len(hits))
			}
		}
	}
}

func TestAFullGraphSaysSo(t *testing.T) {
	vectors := clustered(11, 8, 6)
	x := newIndex(t, hnsw.Config{Dimension: 8, MaxItems: 10}, vectors[:10])
	if _, err := x.Put(vectors[10]); err != hnsw.ErrFull {
		t.Fatalf("the 11th of 10: %v", err)
	}
	x.delete(t, 4)
	x.Repair()
	x.insert(t, vectors[10:])
	x.atLeast(t, 1, vectors)
}

func TestWhatCannotBeKept(t *testing.T) {
	for _, c := range []struct {
		metric hnsw.Metric
		vector []float32
		want   string
	}{
		{hnsw.Cosine, []float32{1, 2}, "the vector has 2 numbers, and the index has dimension 3"},
		{hnsw.Cosine, []float32{1, float32(math.NaN()), 2}, "number 2 of the vector is NaN; all have to be finite"},
		{hnsw.Dot, []float32{1, 2, float32(math.Inf(-1))}, "number 3 of the vector is -Inf; all have to be finite"},
		{hnsw.Cosine, []float32{0, 0, 0}, "the vector has length zero, so it has no direction; leave it out, or use the metric dot or l2"},
		{hnsw.L2, []float32{0, 0, 0}, ""},
		{hnsw.L2, []float32{1e20, 0, 0}, "the vector is too long: the sum of its squares exceeds what float32 can hold"},
		{hnsw.Cosine, []float32{1e-12, 0, 0}, ""},
	} {
		got := ""
		if err := (hnsw.Config{Dimension: 3, Metric: c.metric}).Check(c.vector); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.vector, got, c.want)
		}
	}
}

func TestWhatWaitsIsFound(t *testing.T) {
	vectors, queries := clustered(800, 24, 7), clustered(30, 24, 8)
	x := newIndex(t, hnsw.Config{Dimension: 24, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 1000}, vectors[:400])
	for _, v := range vectors[400:] {
		slot, err := x.Put(v)
		if err != nil {
			t.Fatal(err)
		}
		x.kept[slot] = v
		x.Show(slot)
	}
	x.delete(t, 700)
	if got := x.Stats(); got.Queued != 399 || got.Alive != 799 {
		t.Errorf("%+v", got)
	}
	x.atLeast(t, .97, queries)
	half := func(slot uint32) bool { return slot >= 300 && slot%2 == 0 }
	if got := x.recall(t, queries, hnsw.Search{K: 10, Ef: 100, Allowed: x.allowing(half)}, half); got < .97 {
		t.Errorf("with a filter, recall@10 is %.3f", got)
	}
	x.Shrink(func(from, to uint32) {
		x.kept[to] = x.kept[from]
		delete(x.kept, from)
	})
	x.atLeast(t, .97, queries)
	for x.Link() {
	}
	if got := x.Stats(); got.Queued != 0 || got.Alive != 799 {
		t.Errorf("in the end: %+v", got)
	}
	x.atLeast(t, .97, queries)
}
