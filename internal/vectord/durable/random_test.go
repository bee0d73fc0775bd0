package durable_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

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

// Any bit of any object is turned: the index opens or says why it does not, what it holds
// is what was put, and it takes changes.
func TestAnyBit(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	s := testbed.StartStoraged(t)
	o := options(s, t)
	for range 8 {
		written(t, s, o)
		all := keys(t, s, "")
		for range 1 + r.IntN(3) {
			spoil(t, s, all[r.IntN(len(all))], r.Float64())
		}
		x, err := durable.Open(t.Context(), o, nil)
		var unreadable *durable.UnreadableError
		if errors.As(err, &unreadable) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for n := range 8 {
			for _, it := range batch(fmt.Sprint("b", n), 3) {
				if got, ok := x.Engine().Get(it.ID); ok && (!slices.Equal(got.Vector, it.Vector) || !sameJSON(got.Metadata, it.Metadata)) {
					t.Errorf("%s is %+v", it.ID, got)
				}
			}
		}
		want := held(t, x)
		add(t, x, batch("after", 1)...)
		want["after-0"] = batch("after", 1)[0]
		x = reopen(t, x, o)
		want.holds(t, x)
		shut(t, x)
	}
}
