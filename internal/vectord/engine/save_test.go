package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

func TestWhatIsSavedIsLoaded(t *testing.T) {
	config := engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 2000}
	x := newIndex(t, config)
	put(t, x, items(0, 600)...)
	x.Settle(t.Context(), 1)
	put(t, x, items(300, 700)...) // replaced and new, waiting
	x.Delete([]string{"c-0000", "c-0650"})
	var out bytes.Buffer
	if err := x.Save(&out, nil); err != nil {
		t.Fatal(err)
	}
	y := newIndex(t, config)
	if err := y.Load(&out); err != nil {
		t.Fatal(err)
	}
	if got, want := y.Stats(), x.Stats(); got.Count != 698 || got.Waiting != want.Waiting || got.Metadata != want.Metadata {
		t.Errorf("%+v was saved, and %+v loaded", want, got)
	}
	for range 2 {
		for _, q := range []engine.Query{
			{Vector: point(.2), K: 3}, {Vector: point(651.2), K: 3},
			{Vector: point(300), K: 4, Filter: filter(t, `{"odd":true}`)},
		} {
			if got, want := search(t, y, q), search(t, x, q); !slices.Equal(got, want) {
				t.Errorf("loaded: %v, saved: %v", got, want)
			}
		}
		y.Settle(t.Context(), 2)
	}
	put(t, y, items(0, 1000)...)
	if got := y.Stats(); got.Count != 1000 {
		t.Errorf("%+v", got)
	}
}

// An index is saved while it changes: what was in before the saving began, and stays,
// is in what is loaded, once.
func TestSavingWhileItChanges(t *testing.T) {
	const stay = 300
	config := engine.Config{Dimension: dimension, Metric: hnsw.L2, EfConstruction: 40, MaxItems: 5000}
	x := newIndex(t, config)
	for n := range stay {
		put(t, x, scattered(fmt.Sprintf("stays-%d", n), n, uint64(n)))
	}
	ctx, stop := context.WithCancel(t.Context())
	var background sync.WaitGroup
	defer func() {
		stop()
		background.Wait()
	}()
	background.Go(func() { x.Maintain(ctx, 1) })
	background.Go(func() {
		for seed := uint64(1 << 32); ctx.Err() == nil; seed++ {
			id := fmt.Sprintf("churn-%d", seed%700)
			put(t, x, scattered(id, int(seed%1000), seed))
			if seed%3 == 0 {
				x.Delete([]string{id})
			}
		}
	})
	for range 8 {
		var out bytes.Buffer
		if err := x.Save(&out, nil); err != nil {
			t.Fatal(err)
		}
		y := newIndex(t, config)
		if err := y.Load(&out); err != nil {
			t.Fatal(err)
		}
		var c checked
		for n := range stay {
			c.hits(t, y, engine.Query{Vector: scattered("", n, uint64(n)).Vector, K: 10, Ef: 100}, n)
		}
		if c.missed.Load() > stay/100 {
			t.Errorf("%d of %d were missed", c.missed.Load(), stay)
		}
		put(t, y, scattered("churn-1", 1, 1))
	}
}

func TestDamageIsRefused(t *testing.T) {
	config := engine.Config{Dimension: 2, MaxItems: 500}
	x := newIndex(t, config)
	put(t, x, items(0, 300)...)
	x.Settle(t.Context(), 1)
	var out bytes.Buffer
	if err := x.Save(&out, nil); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 7))
	for range 60 {
		data := bytes.Clone(out.Bytes())
		if r.IntN(2) == 0 {
			data = data[:r.IntN(len(data))]
		} else {
			data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		}
		y, err := engine.New(config, simd.Best())
		if err != nil {
			t.Fatal(err)
		}
		var damage *sealed.DamageError
		if err := y.Load(bytes.NewReader(data)); !errors.As(err, &damage) {
			t.Errorf("damaged bytes: %v", err)
		}
		y.Close()
	}
}

// What is saved is of one moment, whatever changes while it is written.
func TestASaveIsOfOneMoment(t *testing.T) {
	config := engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 20_000}
	x := newIndex(t, config)
	old := func(n int) engine.Item {
		return engine.Item{ID: fmt.Sprintf("c-%04d", n), Vector: []float32{float32(n), 1}, Metadata: json.RawMessage(`{"when":"before"}`)}
	}
	for n := range 3000 {
		put(t, x, old(n))
	}
	var out bytes.Buffer
	changed := false
	w := writerFunc(func(p []byte) (int, error) {
		if !changed {
			changed = true
			for n := range 3000 {
				item := old(n)
				item.Vector, item.Metadata = []float32{float32(n), 2}, json.RawMessage(`{"when":"after"}`)
				put(t, x, item)
			}
			x.Delete([]string{"c-0000", "c-0001"})
			x.Search(engine.Query{Vector: []float32{1, 1}, K: 1})
		}
		return out.Write(p)
	})
	if err := x.Save(w, nil); err != nil {
		t.Fatal(err)
	}
	back := newIndex(t, config)
	if err := back.Load(&out); err != nil {
		t.Fatal(err)
	}
	for n := range 3000 {
		want := old(n)
		if got, ok := back.Get(want.ID); !ok || got.Vector[1] != 1 || string(got.Metadata) != string(want.Metadata) {
			t.Fatalf("%s: %v %s, %v", want.ID, got.Vector, got.Metadata, ok)
		}
	}
}

// A change of the metadata of many items is saved whole or not at all.
func TestASaveHasAllOfAnEditOrNothing(t *testing.T) {
	config := engine.Config{Dimension: 2, MaxItems: 1000, TextFields: []string{"text"}}
	x := newIndex(t, config)
	const n = 100
	for i := range n {
		it := item(i)
		it.Metadata = json.RawMessage(`{"round":0,"text":"common"}`)
		put(t, x, it)
	}
	saved, edits := make(chan struct{}), sync.WaitGroup{}
	edits.Go(func() {
		for round := 1; ; round++ {
			object, err := metadata.Read(fmt.Appendf(nil, `{"round":%d,"text":"common"}`, round))
			if err != nil {
				t.Error(err)
				return
			}
			x.SetAll(func(yield func(string, metadata.Object) bool) {
				for i := range n {
					if !yield(item(i).ID, object) {
						return
					}
				}
			})
			select {
			case <-saved:
				return
			default:
			}
		}
	})
	for range 20 {
		var out bytes.Buffer
		if err := x.Save(&out, nil); err != nil {
			t.Fatal(err)
		}
		back := newIndex(t, config)
		if err := back.Load(&out); err != nil {
			t.Fatal(err)
		}
		rounds := map[string]int{}
		for i := range n {
			got, _ := back.Get(item(i).ID)
			rounds[string(got.Metadata)]++
		}
		if len(rounds) != 1 {
			t.Errorf("saved in the middle of an edit: %v", rounds)
		}
	}
	close(saved)
	edits.Wait()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
