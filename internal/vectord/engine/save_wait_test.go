package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// While a save is in the middle of writing, everything else is done: a full index is
// replaced more often than it has slots, mended and tended, and saved once more. What the
// save writes is what there was when it began, to the byte.
func TestNothingWaitsForASave(t *testing.T) {
	const most, dimension = 1500, 200
	for _, float := range []bool{false, true} {
		x := newIndex(t, engine.Config{Dimension: dimension, Metric: hnsw.L2, MaxItems: most, M: 4, EfConstruction: 8, Float: float})
		vector := func(n, round int) []float32 {
			v := make([]float32, dimension)
			v[0], v[n%dimension], v[1] = float32(n), float32(n), float32(round)
			return v
		}
		at := func(round int) (list []engine.Item) {
			for n := range most {
				list = append(list, engine.Item{ID: fmt.Sprintf("c-%04d", n), Vector: vector(n, round)})
			}
			return list
		}
		put(t, x, at(1)...)
		x.Settle(t.Context(), 1)
		want := plain(t, save(t, x))
		var out, second bytes.Buffer
		meanwhile := func() {
			for round := range 8 { // more than the graph has slots for, without mending
				put(t, x, at(2+round)...)
			}
			if err := x.Save(&second, nil); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, item := range at(0)[500:] {
				ids = append(ids, item.ID)
			}
			x.Delete(ids)
			x.Mend()
			x.Settle(t.Context(), 1)
			put(t, x, at(10)[:250]...)
		}
		parts := 0
		if err := x.Save(writerFunc(func(p []byte) (int, error) {
			if parts++; parts == 1 {
				meanwhile()
			}
			return out.Write(p)
		}), nil); err != nil {
			t.Fatal(err)
		}
		if got := plain(t, out.Bytes()); !bytes.Equal(got, want) {
			t.Errorf("float %v: what was saved is not of the moment when the save began", float)
		}
		y := newIndex(t, x.Config())
		if err := y.Load(&second); err != nil {
			t.Fatal(err)
		}
		if item, ok := y.Get("c-1499"); !ok || item.Vector[1] != 9 {
			t.Errorf("the second save has %v, %v", item, ok)
		}
		before := x.Stats()
		x.Settle(t.Context(), 1) // what could not be given back while it was saved
		if after := x.Stats(); after.Bytes >= before.Bytes/2 || after.Count != 500 {
			t.Errorf("float %v: %d items take %d bytes after the save, and %d before its upkeep", float, after.Count, after.Bytes, before.Bytes)
		}
		for _, q := range []engine.Query{{Vector: vector(3, 10), K: 1, Ef: 500}, {Vector: vector(450, 9), K: 1, Ef: 500}} {
			if hits, err := x.Search(q); err != nil || len(hits) != 1 || hits[0].Distance != 0 {
				t.Errorf("%v finds %+v, %v", q.Vector, hits, err)
			}
		}
	}
}
