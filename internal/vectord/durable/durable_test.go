package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// When an add tells that its items are in, they are counted; it tells once, before it is answered,
// and not where they are not put in.
func TestAnAddTellsThatItsItemsAreIn(t *testing.T) {
	o := options(testbed.StartStoraged(t), t)
	o.Engine.Memory = &engine.Memory{}
	x := create(t, o)
	told, before := 0, o.Engine.Memory.Bytes()
	in := func() {
		told++
		if after := o.Engine.Memory.Bytes(); x.Engine().Len() != 100 || after <= before {
			t.Errorf("%d items, %d bytes before and %d after", x.Engine().Len(), before, after)
		}
	}
	if _, err := x.AddThen(t.Context(), batch("a", 100), in); err != nil || told != 1 {
		t.Errorf("told %d times, %v", told, err)
	}
	if _, err := x.AddThen(t.Context(), []engine.Item{{ID: ""}}, in); err == nil || told != 1 {
		t.Errorf("told %d times, %v", told, err)
	}
	shut(t, x)
}

// Changes of many callers share objects, each is answered for itself, and none is lost.
func TestManyWriters(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.MergeObjects, o.Limits.GenerationBytes = 8, 100<<10
	x := create(t, o)
	const writers, rounds = 8, 20
	m := model{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for round := range rounds {
				name := fmt.Sprintf("w%d-%d", w, round)
				items := batch(name, 5)
				if got, err := x.Add(t.Context(), items); err != nil || got.Added != 5 || got.Updated != 0 {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
				gone := items[0].ID
				if n, _, err := x.Delete(t.Context(), durable.Selection{IDs: []string{gone}}); n != 1 || err != nil {
					t.Errorf("%s: %d were deleted, %v", gone, n, err)
				}
				where := durable.Selection{Filter: filter(t, fmt.Sprintf(`{"batch":%q,"n":4}`, name))}
				if n, _, err := x.Delete(t.Context(), where); round%5 == 0 && (n != 1 || err != nil) {
					t.Errorf("%s by filter: %d were deleted, %v", name, n, err)
				}
				mu.Lock()
				for _, it := range items[1:4] {
					m[it.ID] = it
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if got := x.Stats(); got.Sequence != 3*writers*rounds || got.LogObjects >= 3*writers*rounds {
		t.Errorf("%d changes in %d objects", got.Sequence, got.LogObjects)
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	shut(t, x)
}

// What is wrong with a change is said before anything is written, and no number is spent.
func TestWhatCannotBeIsRefused(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Engine.MaxItems = 10
	x := create(t, o)
	add(t, x, batch("first", 8)...)
	ctx := t.Context()
	var wrong *engine.ItemError
	if _, err := x.Add(ctx, []engine.Item{{ID: "short", Vector: []float32{1}}}); !errors.As(err, &wrong) {
		t.Errorf("a short vector: %v", err)
	}
	var full *engine.FullError
	if _, err := x.Add(ctx, batch("more", 3)); !errors.As(err, &full) || full.Room != 2 {
		t.Errorf("three where there is room for two: %v", err)
	}
	var change *durable.ChangeError
	if _, err := x.Update(ctx, durable.Selection{IDs: []string{"first-1", "first-2"}}, durable.Change{Set: map[string]json.RawMessage{"n": json.RawMessage("1e999")}}); !errors.As(err, &change) || change.ID != "first-1" {
		t.Errorf("a number that cannot be: %v", err)
	}
	var unknown *metadata.UnknownFieldError
	if _, _, err := x.Delete(ctx, durable.Selection{Filter: filter(t, `{"nothing":1}`)}); !errors.As(err, &unknown) {
		t.Errorf("an unknown field: %v", err)
	}
	left, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := x.Add(left, batch("left", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left: %v", err)
	}
	if n, count, err := x.Delete(ctx, durable.Selection{IDs: []string{"", strings.Repeat("x", 2000)}}); n != 0 || count != 8 || err != nil {
		t.Errorf("ids that nobody can have: %d, %d, %v", n, count, err)
	}
	if got := x.Stats(); got.Sequence != 1 || len(keys(t, s, "log/")) != 1 {
		t.Errorf("%+v, %v", got, keys(t, s, ""))
	}
	shut(t, x)
	if _, err := x.Add(ctx, batch("late", 1)); !errors.Is(err, durable.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := x.WriteGeneration(ctx); !errors.Is(err, durable.ErrClosed) {
		t.Errorf("a generation after the end: %v", err)
	}
}

// A full index is replaced in turns; opened again it is the same, though there is no room
// for the old items beside the new.
func TestAFullIndex(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Engine.MaxItems = 10
	x := create(t, o)
	add(t, x, batch("a", 10)...)
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := model{}
	for _, it := range batch("a", 10) {
		m[it.ID] = it
	}
	for n := range 10 {
		gone := fmt.Sprintf("a-%d", n)
		if _, _, err := x.Delete(t.Context(), durable.Selection{IDs: []string{gone}}); err != nil {
			t.Fatal(err)
		}
		now := item(gone, 77, "")
		add(t, x, now)
		m[gone] = now
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	o.Limits.MergeObjects = 20 // of what was deleted and put again only the second is left
	x = reopen(t, x, o)
	testbed.Until(t, "the log is one object and the one before the generation", func() bool { return x.Stats().LogObjects == 2 })
	x = reopen(t, x, o)
	m.holds(t, x)
	shut(t, x)
}

// An index that nobody changes any more is written when it is linked, so that it need not
// be linked again: a start finds nothing that waits.
func TestAQuietIndexIsWritten(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.GenerationBytes, o.Limits.Quiet = 1<<20, time.Millisecond
	x := create(t, o)
	add(t, x, batch("few", 10)...)
	x = reopen(t, x, o)
	add(t, x, batch("many", 1500)...)
	testbed.Until(t, "a generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence == 2 })
	o.Workers, o.Limits.Quiet = 1, time.Hour
	shut(t, x)
	x = open(t, o)
	if got := x.Engine().Stats(); got.Waiting != 0 || got.Count != 1510 {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}

// An index in memory alone does the same, but for what needs storaged.
func TestInMemoryAlone(t *testing.T) {
	x := create(t, options(nil, t))
	add(t, x, batch("a", 10)...)
	if e, err := x.Erase(t.Context(), durable.Selection{IDs: []string{"a-1"}}); e.Items != 1 || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := x.WriteGeneration(t.Context()); !errors.Is(err, durable.ErrMemoryOnly) {
		t.Errorf("a generation: %v", err)
	}
	if got := x.Stats(); got.Sequence != 2 || got.LogObjects != 0 || len(held(t, x)) != 9 {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}
