package hnsw_test

import (
	"bytes"
	"maps"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// TestHalfACodeLeadsAsWell searches in a dimension at which the upper halves of codes
// lead, with no more candidates than are compared by float32 in the end.
func TestHalfACodeLeadsAsWell(t *testing.T) {
	const dimension = 200
	vectors, queries := clustered(800, dimension, 21), clustered(40, dimension, 22)
	for name, metric := range map[string]hnsw.Metric{"cosine": hnsw.Cosine, "dot": hnsw.Dot, "l2": hnsw.L2} {
		t.Run(name, func(t *testing.T) {
			config := hnsw.Config{Dimension: dimension, Metric: metric, EfConstruction: 60, MaxItems: 800}
			x := newIndex(t, config, vectors)
			config.Float = true
			floats := newIndex(t, config, vectors)
			search := hnsw.Search{K: 10, Ef: 32}
			got, want := x.recall(t, queries, search, all), floats.recall(t, queries, search, all)
			if got < want-.03 {
				t.Errorf("recall@10 is %.3f, and by float32 alone %.3f", got, want)
			}
		})
	}
}

// TestANumberFarLargerThanTheOthers: where one number of each vector is far larger than
// the rest and the same in all, half a code says little about the rest, which is what
// tells one vector from another.
func TestANumberFarLargerThanTheOthers(t *testing.T) {
	const dimension, n = 128, 800
	lopsided := func(list [][]float32) [][]float32 {
		for _, v := range list {
			v[17] = 500
		}
		return list
	}
	vectors, queries := lopsided(clustered(n, dimension, 24)), lopsided(clustered(60, dimension, 25))
	config := hnsw.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 60, MaxItems: n}
	search := hnsw.Search{K: 10, Ef: 32}
	x := newIndex(t, config, vectors)
	got := x.recall(t, queries, search, all)
	if got < .98 {
		t.Errorf("recall@10 is %.3f", got)
	}

	var out bytes.Buffer
	if err := x.Save(&out, func() {}); err != nil {
		t.Fatal(err)
	}
	g, err := load(t, config, out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	loaded := &index{g, config, maps.Clone(x.kept)}
	if again := loaded.recall(t, queries, search, all); again != got {
		t.Errorf("recall@10 is %.3f, and %.3f once it is saved and loaded", got, again)
	}
}
