package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Whatever is done to an index, it is the same when it is opened again: with generations
// and merges in between, of themselves and asked for.
func TestAnyMixOfChangesSurvives(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.MergeObjects, o.Limits.GenerationBytes, o.Limits.PartBytes = 4, 20<<10, 16<<10
	x := create(t, o)
	m := model{}
	for step := range 240 {
		name := func() string { return fmt.Sprintf("c-%d", r.IntN(60)) }
		switch r.IntN(12) {
		case 0, 1, 2, 3, 4:
			var items []engine.Item
			for range 1 + r.IntN(8) {
				items = append(items, item(name(), r.Uint64(), fmt.Sprintf(`{"n":%d,"odd":%v}`, r.IntN(20), r.IntN(2) == 0)))
				m[items[len(items)-1].ID] = items[len(items)-1]
			}
			if got := add(t, x, items...); got.Count != len(m) {
				t.Errorf("step %d: %+v with %d items", step, got, len(m))
			}
		case 5, 6:
			ids := []string{name(), name(), "nobody"}
			want := 0
			for _, id := range ids {
				if _, ok := m[id]; ok {
					want++
				}
				delete(m, id)
			}
			if n, count, err := x.Delete(t.Context(), durable.Selection{IDs: ids}); err != nil || n != want || count != len(m) {
				t.Errorf("step %d: %d of %d deleted, %d left of %d, %v", step, n, want, count, len(m), err)
			}
		case 7:
			m.deleteWhere(t, x, r.IntN(20))
		case 8, 9:
			m.update(t, x, name(), r.IntN(20))
		case 10:
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Errorf("step %d: %v", step, err)
			}
		case 11:
			x = reopen(t, x, o)
			m.holds(t, x)
		}
	}
	x = reopen(t, x, o)
	m.holds(t, x)
	if got := x.Stats(); len(got.Damage) > 0 || got.Refusal != nil {
		t.Errorf("%+v", got)
	}
	shut(t, x)
}

// deleteWhere deletes by a filter.
func (m model) deleteWhere(t *testing.T, x *durable.Index, n int) {
	t.Helper()
	where := durable.Selection{Filter: filter(t, fmt.Sprintf(`{"n":%d}`, n))}
	got, _, err := x.Delete(t.Context(), where)
	var unknown *metadata.UnknownFieldError
	if err != nil && !errors.As(err, &unknown) {
		t.Error(err)
	}
	want := 0
	for id, it := range m {
		if strings.Contains(string(it.Metadata), fmt.Sprintf(`"n":%d,`, n)) {
			delete(m, id)
			want++
		}
	}
	if got != want {
		t.Errorf("%d were deleted where n is %d, want %d", got, n, want)
	}
}

// update sets n of an item, and gives it a field or takes it.
func (m model) update(t *testing.T, x *durable.Index, id string, n int) {
	t.Helper()
	raw := fmt.Appendf(nil, "%d", n)
	c := durable.Change{Set: map[string]json.RawMessage{"n": raw, "x": json.RawMessage("[1,null]")}, Remove: []string{"nothing"}}
	meta := fmt.Sprintf(`{"n":%d,"odd":true,"x":[1,null]}`, n)
	switch n % 3 {
	case 0:
		c.Set = map[string]json.RawMessage{"n": json.RawMessage("1"), "odd": json.RawMessage("false"), "whole": json.RawMessage("true")}
		c.Remove, meta = []string{"x"}, `{"n":1,"odd":false,"whole":true}`
	case 1:
		c.Set["x"], c.Set["odd"], c.Remove = json.RawMessage("null"), json.RawMessage("true"), []string{"whole"}
		meta = fmt.Sprintf(`{"n":%d,"odd":true}`, n)
	default:
		c.Set["odd"], c.Remove = json.RawMessage("true"), []string{"whole"}
	}
	got, err := x.Update(t.Context(), durable.Selection{IDs: []string{id, id, "nobody"}}, c)
	it, ok := m[id]
	if want := map[bool]int{true: 1}[ok]; err != nil || got != want {
		t.Errorf("%d of %d were updated, %v", got, want, err)
	}
	if ok {
		it.Metadata = json.RawMessage(meta)
		m[id] = it
	}
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
	until(t, "the log is one object and the one before the generation", func() bool { return x.Stats().LogObjects == 2 })
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
	until(t, "a generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence == 2 })
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

// Restoring makes another index of a copy, and Drop removes the objects of one alone.
func TestCopyRestoreDrop(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	o.Limits.PartBytes = 10 << 10
	x := create(t, o)
	m := model{}
	for _, it := range batch("a", 300) {
		m[it.ID] = it
	}
	add(t, x, batch("a", 300)...)
	const key = "vectors/snapshots/one"
	g, err := x.Copy(t.Context(), key)
	if err != nil || g.Sequence != 1 || g.Bytes < 300*dimension*4 {
		t.Fatalf("%+v, %v", g, err)
	}
	if _, err := x.Copy(t.Context(), key); err == nil {
		t.Error("a copy took the place of another")
	}
	add(t, x, batch("later", 10)...)
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	nothingLiesUnderAnObject(t, s)
	other := o
	other.ID = "0199-other"
	y, err := durable.Restore(t.Context(), other, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	shut(t, x)
	if err := durable.Drop(t.Context(), s, o.ID); err != nil || len(keys(t, s, "")) > 0 {
		t.Errorf("left: %v, %v", keys(t, s, ""), err)
	}
	add(t, y, batch("more", 1)...)
	m["more-0"] = batch("more", 1)[0]
	y = reopen(t, y, other)
	m.holds(t, y)
	shut(t, y)
	other.ID, other.Engine.Dimension = "0200-wrong", 5
	if _, err := durable.Restore(t.Context(), other, key, nil); err == nil {
		t.Error("restored with another dimension")
	}
	if got := heads(t, s); !slices.Equal(got, nil) {
		t.Errorf("%v", got)
	}
}

// MinIO lists no object that lies under the key of another one: neither a drop nor an
// erasure would find it.
func nothingLiesUnderAnObject(t *testing.T, s *storage.Client) {
	t.Helper()
	var all []string
	for page, err := range s.Listings(t.Context(), "vectors/", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			all = append(all, o.Key)
		}
	}
	for _, key := range all {
		if i := slices.IndexFunc(all, func(other string) bool { return strings.HasPrefix(other, key+"/") }); i >= 0 {
			t.Errorf("%s lies under %s", all[i], key)
		}
	}
	if len(all) < 4 {
		t.Errorf("there is only %v", all)
	}
}
