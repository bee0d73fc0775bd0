package durable_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// changing is a storaged on a folder that is ended and started again as configured anew, under
// one address.
type changing struct {
	*storage.Client
	t    *testing.T
	data string
	f    *testbed.Faults
	stop func()
}

func (c *changing) upTo(most, reserve int64) {
	c.t.Helper()
	c.stop()
	env := testbed.NewEnv(c.t, "storaged")
	env.Fleet.Data = c.data
	config := storaged.Defaults()
	config.MaxObjectBytes, config.ReserveBytes = most, reserve
	d, err := storaged.New(c.t.Context(), env, config)
	if err != nil {
		c.t.Fatal(err)
	}
	base, stop := testbed.ServeUntil(c.t, env, d)
	target, err := url.Parse(base)
	if err != nil {
		c.t.Fatal(err)
	}
	c.f.Target.Store(target)
	c.stop = stop
}

// broad has items that are 10 KB each.
func broad(name string, size int) (items []engine.Item) {
	for n, it := range batch(name, size) {
		it.Metadata = json.RawMessage(fmt.Sprintf(`{"batch":%q,"n":%d,"a":%q}`, name, n, strings.Repeat("x", 10_000)))
		items = append(items, it)
	}
	return items
}

// Whatever storaged's bound of an object is, also where it becomes lower while the index is
// open: changes, merges, generations, copies and erasures keep below it. An erasure leaves
// nothing, above the disk's reserve and below it.
func TestObjectsKeepBelowStoragedsBound(t *testing.T) {
	const low = 200 << 10
	client, f := testbed.Behind(t, testbed.StartStoraged(t))
	s := &changing{client, t, t.TempDir(), f, func() {}}
	s.upTo(64<<20, 1)
	o := options(client, t)
	o.Limits.MergeObjects = 4
	x := create(t, o)
	add(t, x, broad("before", 60)...) // more than may be later
	s.upTo(low, 1)
	early := map[string]bool{}
	for _, key := range keys(t, client, "") {
		early[key] = true
	}
	small := func(what string) {
		t.Helper()
		for page, err := range s.Listings(t.Context(), "", "", 0) {
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Objects {
				if o.Size > low && !early[o.Key] {
					t.Errorf("%s: %s has %d bytes", what, o.Key, o.Size)
				}
			}
		}
	}
	m := model{}
	for _, it := range broad("before", 60) {
		m[it.ID] = it
	}
	for n := range 9 {
		name := fmt.Sprint("b", n)
		add(t, x, broad(name, 1+10*(n%5))...)
		for _, it := range broad(name, 1+10*(n%5)) {
			m[it.ID] = it
		}
		small(name)
	}
	if _, err := x.WriteGeneration(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Copy(t.Context(), "vectors/snapshots/copy"); err != nil {
		t.Fatal(err)
	}
	small("written")
	other := o
	other.ID = "0198-other"
	y, err := durable.Restore(t.Context(), other, "vectors/snapshots/copy", nil)
	if err != nil {
		t.Fatal(err)
	}
	m.holds(t, y)
	shut(t, y)
	x = reopen(t, x, o)
	m.holds(t, x)
	for _, c := range []struct {
		where, which string
		reserve      int64
	}{{"above the reserve", "before", 1}, {"below it", "b3", 1 << 60}} {
		s.upTo(low, c.reserve)
		e, err := x.Erase(t.Context(), durable.Selection{Filter: filter(t, `{"batch":"`+c.which+`"}`)})
		if err != nil || e.Items == 0 {
			t.Fatalf("%s: %+v, %v", c.where, e, err)
		}
		for id := range m {
			if strings.HasPrefix(id, c.which+"-") {
				delete(m, id)
			}
		}
		early = nil
		small(c.where)
		x = reopen(t, x, o)
		m.holds(t, x)
		if d := x.Stats(); len(d.Damage) > 0 || d.GenerationError != nil {
			t.Errorf("%s: %+v", c.where, d)
		}
	}
	shut(t, x)
}
