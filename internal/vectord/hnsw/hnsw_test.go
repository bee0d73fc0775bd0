package hnsw_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

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
