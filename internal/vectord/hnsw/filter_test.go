package hnsw_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// allowing makes the set of slots that a function lets pass.
func (x *index) allowing(pass func(uint32) bool) []uint64 {
	var set []uint64
	for slot := range x.kept {
		for int(slot/64) >= len(set) {
			set = append(set, 0)
		}
		if pass(slot) {
			set[slot/64] |= 1 << (slot % 64)
		}
	}
	return set
}

// Filters at four selectivities: by chance, by what is near the query, and by what is
// far from it.
func TestFiltersLoseNothing(t *testing.T) {
	const n, k = 4_000, 10
	vectors, queries := clustered(n, 32, 11), clustered(20, 32, 12)
	x := newIndex(t, hnsw.Config{Dimension: 32, EfConstruction: 40, MaxItems: n}, vectors)
	r := rand.New(rand.NewPCG(1, 3))
	order := r.Perm(n)
	pole := queries[0]
	rank := make([]int, n) // by nearness to a pole
	for i, slot := range x.nearest(pole, n, all) {
		rank[slot] = i
	}
	near, far := round(r, pole), round(r, negative(pole))
	for _, part := range []float64{.5, .35, .3, .1, .01, .001} {
		most := int(part * n)
		for name, c := range map[string]struct {
			pass    func(uint32) bool
			queries [][]float32
		}{
			"by chance":       {func(slot uint32) bool { return order[slot] < most }, queries},
			"what is near":    {func(slot uint32) bool { return rank[slot] < most }, near},
			"what is far":     {func(slot uint32) bool { return rank[slot] < most }, far},
			"not the nearest": {func(slot uint32) bool { return rank[slot] >= n-most }, near},
		} {
			t.Run(fmt.Sprintf("%g%% %s", 100*part, name), func(t *testing.T) {
				search := hnsw.Search{K: k, Ef: 32, Allowed: x.allowing(c.pass)}
				if got := x.recall(t, c.queries, search, c.pass); got < .95 {
					t.Errorf("recall@10 is %.3f", got)
				}
			})
		}
	}
}

// round gives vectors near another.
func round(r *rand.Rand, v []float32) [][]float32 {
	list := make([][]float32, 20)
	for i := range list {
		for _, x := range v {
			list[i] = append(list[i], x+float32(r.NormFloat64()))
		}
	}
	return list
}

func negative(v []float32) []float32 {
	w := make([]float32, len(v))
	for i, x := range v {
		w[i] = -x
	}
	return w
}
