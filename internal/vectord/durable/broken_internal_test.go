package durable

import (
	"errors"
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// small are the options of an index that does nothing by itself.
func small(s *storage.Client) Options {
	return Options{
		ID: "0198-index", Storage: s, Kernels: simd.Best(),
		Engine: engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 4},
		Limits: Limits{GenerationBytes: 1 << 40, MergeObjects: 1 << 30},
	}
}

func named(prefix string, many int) (items []engine.Item) {
	for n := range many {
		items = append(items, engine.Item{ID: fmt.Sprintf("%s-%d", prefix, n), Vector: []float32{float32(n), 1}})
	}
	return items
}

// A change that is durable and could not be applied is in no generation's claim, however late
// that comes: the next start reads it from the log, and so whatever shares its object.
func TestAGenerationDoesNotClaimWhatCouldNotBeApplied(t *testing.T) {
	o := small(testbed.StartStoraged(t))
	x, err := Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Add(t.Context(), named("there", 2)); err != nil {
		t.Fatal(err)
	}
	g := &group{fields: map[string]bool{}}
	for _, items := range [][]engine.Item{named("fits", 1), named("does not", 5)} {
		b, err := x.engine.Check(items)
		if err != nil {
			t.Fatal(err)
		}
		g.requests = append(g.requests, &request{ctx: t.Context(), change: putting(b)})
	}
	if err := x.log(g); err != nil {
		t.Fatal(err)
	}
	answers := x.apply(g)
	var broken *BrokenError
	if answers[0].err != nil || !errors.As(answers[1].err, &broken) {
		t.Fatalf("%+v", answers)
	}
	w, err := x.generation(t.Context(), false)
	if err == nil {
		err = x.purge(t.Context(), []whole{w}, &Erased{}) // as an erasure does where there is room for one
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Engine.MaxItems = 100
	x, err = Open(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := x.Engine().Len(); got != 8 || x.Stats().Sequence != 3 || len(x.Stats().Damage) > 0 {
		t.Errorf("%d items of 8, %+v", got, x.Stats())
	}
	if err := x.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
