package hnsw_test

import (
	"math/rand/v2"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

func TestHalfIsDeleted(t *testing.T) {
	vectors, queries := clustered(1200, 32, 21), clustered(40, 32, 22)
	x := newIndex(t, hnsw.Config{Dimension: 32, EfConstruction: 60, MaxItems: 1200}, vectors)
	whole := x.Stats().Bytes
	r := rand.New(rand.NewPCG(1, 4))
	slots := x.slots()
	r.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	for _, slot := range slots[:600] {
		x.delete(t, slot)
	}
	x.atLeast(t, .95, queries) // none of the deleted, before anything is mended
	if x.Delete(slots[0]) {
		t.Error("a slot was deleted twice")
	}

	x.Repair()
	if got := x.Stats(); got.Tombstones != 0 || got.Alive != 600 {
		t.Errorf("after the repair: %+v", got)
	}
	x.atLeast(t, .95, queries)

	x.Shrink(func(from, to uint32) {
		x.kept[to] = x.kept[from]
		delete(x.kept, from)
	})
	if got := x.Stats(); got.Alive != 600 || float64(got.Bytes) > .55*float64(whole) {
		t.Errorf("after the shrinking: %+v of %d bytes", got, whole)
	}
	x.atLeast(t, .95, queries)
	x.insert(t, vectors[:600]) // as many as before fit again
	x.atLeast(t, .95, queries)
}

func TestEverythingIsReplacedTwice(t *testing.T) {
	const n = 600
	queries := clustered(40, 32, 32)
	x := newIndex(t, hnsw.Config{Dimension: 32, EfConstruction: 60, MaxItems: n + n/4 + 1}, clustered(n, 32, 31))
	whole := x.Stats().Bytes
	for round := range uint64(2) {
		fresh := clustered(n, 32, 33+round)
		for i, slot := range x.slots() {
			x.delete(t, slot)
			x.insert(t, fresh[i:i+1])
			if x.Stats().Tombstones >= n/4 {
				x.Repair()
			}
		}
		x.atLeast(t, .95, queries)
	}
	x.Shrink(func(from, to uint32) {
		x.kept[to] = x.kept[from]
		delete(x.kept, from)
	})
	if got := x.Stats(); got.Alive != n || float64(got.Bytes) > 1.1*float64(whole) {
		t.Errorf("%+v, and %d bytes at first", got, whole)
	}
	x.atLeast(t, .95, queries)
}

func TestAllIsDeleted(t *testing.T) {
	vectors := clustered(200, 16, 41)
	x := newIndex(t, hnsw.Config{Dimension: 16, MaxItems: 200}, vectors)
	for _, slot := range x.slots() {
		x.delete(t, slot)
	}
	for _, step := range []func(){func() {}, x.Repair, func() { x.Shrink(func(uint32, uint32) { t.Error("something was moved") }) }} {
		step()
		if hits := x.Search(hnsw.Search{Vector: vectors[0], K: 5}); len(hits) != 0 {
			t.Fatalf("found %v in an empty graph", hits)
		}
	}
	x.insert(t, vectors)
	x.atLeast(t, .99, vectors[:50])
}

// What is linked in while the graph holds only deleted slots is found once they are gone.
func TestAllIsReplacedBeforeTheRepair(t *testing.T) {
	old, fresh := clustered(300, 16, 42), clustered(300, 16, 43)
	x := newIndex(t, hnsw.Config{Dimension: 16, Metric: hnsw.L2, MaxItems: 600}, old)
	for _, slot := range x.slots() {
		x.delete(t, slot)
	}
	x.insert(t, fresh)
	for _, step := range []func(){func() {}, x.Repair} {
		step()
		if got := x.recall(t, fresh, hnsw.Search{K: 1, Ef: 50}, all); got < .99 {
			t.Errorf("%.3f of the vectors find themselves", got)
		}
	}
}

// Most of a graph goes at once, so that what stays is some steps apart.
func TestMostIsDeleted(t *testing.T) {
	x := newIndex(t, hnsw.Config{Dimension: 32, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 2400}, clustered(2400, 32, 44))
	var stay [][]float32
	for _, slot := range x.slots() {
		if slot%120 == 0 {
			stay = append(stay, x.kept[slot])
		} else {
			x.delete(t, slot)
		}
	}
	x.Repair()
	for x.Link() {
	}
	if got := x.Stats(); got.Alive != 20 || got.Queued != 0 || got.Tombstones != 0 {
		t.Errorf("%+v", got)
	}
	if got := x.recall(t, stay, hnsw.Search{K: 1, Ef: 40}, all); got < 1 {
		t.Errorf("%.3f of what stays finds itself", got)
	}
}
