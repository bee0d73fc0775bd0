package hnsw_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// savedIndex is one with items that were deleted, items that wait, and what it saved.
func savedIndex(t testing.TB, config hnsw.Config) (*index, []byte) {
	t.Helper()
	vectors := clustered(700, config.Dimension, 61)
	x := newIndex(t, config, vectors[:600])
	for slot := uint32(0); slot < 600; slot += 5 {
		if x.Delete(slot) {
			delete(x.kept, slot)
		}
	}
	x.Repair()
	x.insert(t, vectors[:60])
	for slot := uint32(1); slot < 600; slot += 50 {
		if x.Delete(slot) {
			delete(x.kept, slot)
		}
	}
	for _, v := range vectors[600:] {
		slot, err := x.Put(v)
		if err != nil {
			t.Fatal(err)
		}
		x.Show(slot)
		x.kept[slot] = v
	}
	var out bytes.Buffer
	if err := x.Save(&out, func() {}); err != nil {
		t.Fatal(err)
	}
	return x, out.Bytes()
}

func load(t testing.TB, config hnsw.Config, data []byte) (*hnsw.Graph, error) {
	t.Helper()
	g, err := hnsw.New(config, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g, g.Load(bytes.NewReader(data))
}

func TestWhatIsSavedIsLoaded(t *testing.T) {
	queries := clustered(30, 24, 62)
	for _, float := range []bool{false, true} {
		config := hnsw.Config{Dimension: 24, Metric: hnsw.L2, EfConstruction: 40, Float: float, MaxItems: 1000}
		x, data := savedIndex(t, config)
		config.MaxItems = 2000
		g, err := load(t, config, data)
		if err != nil {
			t.Fatal(err)
		}
		loaded := &index{g, config, maps.Clone(x.kept)}
		if got, want := loaded.Stats(), x.Stats(); got.Alive != want.Alive || got.Queued != want.Queued {
			t.Errorf("%+v was saved, and %+v loaded", want, got)
		}
		loaded.atLeast(t, .95, queries)
		for loaded.Link() {
		}
		loaded.atLeast(t, .95, queries)
		for _, slot := range loaded.slots()[:100] {
			loaded.delete(t, slot)
		}
		loaded.Shrink(func(from, to uint32) {
			loaded.kept[to] = loaded.kept[from]
			delete(loaded.kept, from)
		})
		loaded.insert(t, clustered(500, 24, 63))
		loaded.atLeast(t, .95, queries)
	}
}

func TestAnEmptyGraphIsSaved(t *testing.T) {
	config := hnsw.Config{Dimension: 3, MaxItems: 10}
	var out bytes.Buffer
	if err := newIndex(t, config, nil).Save(&out, func() {}); err != nil {
		t.Fatal(err)
	}
	g, err := load(t, config, out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	x := &index{g, config, map[uint32][]float32{}}
	x.insert(t, clustered(10, 3, 64))
	x.atLeast(t, 1, clustered(5, 3, 65))
}

func TestAGraphOfAnotherKindIsRefused(t *testing.T) {
	config := hnsw.Config{Dimension: 24, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 1000}
	_, data := savedIndex(t, config)
	for name, other := range map[string]hnsw.Config{
		"dimension": {Dimension: 25, Metric: hnsw.L2, MaxItems: 1000},
		"metric":    {Dimension: 24, Metric: hnsw.Dot, MaxItems: 1000},
		"codes":     {Dimension: 24, Metric: hnsw.L2, Float: true, MaxItems: 1000},
		"M":         {Dimension: 24, Metric: hnsw.L2, M: 8, MaxItems: 1000},
		"max_items": {Dimension: 24, Metric: hnsw.L2, MaxItems: 100},
	} {
		var refused *hnsw.SavedError
		if _, err := load(t, other, data); !errors.As(err, &refused) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

// Whatever the bytes are, they are refused, or they make a graph that can be searched,
// repaired and put into without a look at foreign memory.
func FuzzLoad(f *testing.F) {
	config := hnsw.Config{Dimension: 4, Metric: hnsw.L2, M: 4, EfConstruction: 8, MaxItems: 1000}
	_, whole := savedIndex(f, config)
	f.Add(whole, uint64(0))
	f.Add(whole[:100], uint64(1))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		data = slices.Clone(data)
		r := rand.New(rand.NewPCG(seed, 1))
		for range seed % 8 { // damage that a fuzzer would not find the places for
			if len(data) > 0 {
				data[r.IntN(len(data))] ^= 1 << r.IntN(8)
			}
		}
		g, err := hnsw.New(config, simd.Best())
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		if err := g.Load(io.LimitReader(bytes.NewReader(data), 1<<20)); err != nil {
			return
		}
		for range 20 {
			if slot, err := g.Put([]float32{1, 2, 3, 4}); err == nil {
				g.Show(slot)
				g.Link()
			}
		}
		g.Repair()
		g.View(func() { g.Search(hnsw.Search{Vector: []float32{1, 2, 3, 5}, K: 10}) })
		g.Shrink(func(uint32, uint32) {})
	})
}

// TestASavedFileIsLoaded reads one that was saved when the upper half of a code had its
// scale behind it in memory too: files are to stay as they are, whatever memory does.
func TestASavedFileIsLoaded(t *testing.T) {
	data, err := os.ReadFile("testdata/saved")
	if err != nil {
		t.Fatal(err)
	}
	config := hnsw.Config{Dimension: 33, Metric: hnsw.L2, M: 4, MaxItems: 40}
	g, err := load(t, config, data)
	if err != nil {
		t.Fatal(err)
	}
	x := &index{g, config, map[uint32][]float32{}}
	for slot, v := range clustered(40, 33, 71) {
		x.kept[uint32(slot)] = v
	}
	delete(x.kept, 7)
	x.atLeast(t, 1, clustered(20, 33, 72))
	var again bytes.Buffer
	if err := g.Save(&again, func() {}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), data) {
		t.Error("what is loaded is not what is saved")
	}
}
