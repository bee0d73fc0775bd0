package durable_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// The last 16 damages are told and no more; not those of an index that was copied, nor once
// the index is dropped. A damaged record of them says so, and storaged's refusal to keep one
// puts off what would mend it.
func TestDamageIsRemembered(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	written(t, s, o)
	harm := func() *durable.Index { // a bit of the newest generation
		all := keys(t, s, "generations/")
		spoil(t, s, all[len(all)-1], .5)
		return open(t, o)
	}
	mended := func(x *durable.Index) {
		testbed.Until(t, "a fresh generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence == x.Stats().Sequence })
	}
	var first durable.Damage
	for n := range 18 {
		x := harm()
		d := x.Stats().Damage
		if n == 0 {
			first = d[0]
		}
		if len(d) != min(n+1, 16) || d[0] == first != (n < 16) || d[len(d)-1].At.IsZero() {
			t.Fatalf("the damage number %d: %+v", n+1, d)
		}
		mended(x)
		add(t, x, batch("more", 1)...)
		if n == 0 {
			if _, err := x.Copy(t.Context(), "vectors/snapshots/copy"); err != nil {
				t.Fatal(err)
			}
			other := o
			other.ID = "0198-other"
			y, err := durable.Restore(t.Context(), other, "vectors/snapshots/copy", nil)
			if err != nil || len(y.Stats().Damage) > 0 {
				t.Fatalf("a copy: %+v, %v", y.Stats(), err)
			}
			shut(t, y)
		}
		if _, err := x.WriteGeneration(t.Context()); err != nil {
			t.Fatal(err)
		}
		shut(t, x)
	}
	record := "system/vectord/" + o.ID + "/damage"
	spoil(t, s, record, .5)
	f.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/system/") {
			return testbed.Reset
		}
		return testbed.None
	})
	x := harm()
	if d := x.Stats().Damage; len(d) != 2 || !strings.Contains(d[0].Detail, "what was damaged before is not known any more") {
		t.Errorf("%+v", d)
	}
	before := x.Stats().Generations
	testbed.Until(t, "an error", func() bool { return x.Stats().GenerationError != nil })
	if got := x.Stats().Generations; !slices.Equal(got, before) {
		t.Errorf("the index is mended, and what was damaged is known to nobody: %+v, then %+v", before, got)
	}
	f.Set(nil)
	mended(x)
	x = reopen(t, x, o)
	if d := x.Stats().Damage; len(d) != 2 {
		t.Errorf("opened again: %+v", d)
	}
	shut(t, x)
	if err := durable.Drop(t.Context(), s, o.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Head(t.Context(), record); !errors.Is(err, storage.ErrObjectNotFound) {
		t.Errorf("dropped, there is still its damage: %v", err)
	}
}

// An object of which nothing could be read is whole again one day: it does not cover what
// was written since, though it holds many changes.
func TestAnObjectComesBack(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.MergeObjects = 4
	x := create(t, o)
	for n := range 4 {
		add(t, x, batch(fmt.Sprint("b", n), 3)...)
	}
	testbed.Until(t, "one object", func() bool { return len(keys(t, s, "log/")) == 1 })
	shut(t, x)
	f.Set(puts("generations", testbed.Reset)) // nor is there a fresh generation
	key := keys(t, s, "log/")[0]
	spoil(t, s, key, .05)
	x = open(t, o)
	add(t, x, batch("after", 2)...)
	shut(t, x)
	spoil(t, s, key, .05)
	x = open(t, o)
	if got := held(t, x); batches(t, x) != "0123----" || len(got) != 14 {
		t.Errorf("%s, and %d items in all", batches(t, x), len(got))
	}
	f.Set(nil)
	shut(t, x)
}

// A byte that is wrong on its way once is no damage: what is read a second time counts.
func TestReadingErrsOnce(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	written(t, s, options(s, t))
	seen := map[string]bool{}
	f.Set(func(r *http.Request) testbed.Fault {
		name := r.Method + r.URL.Path + r.Header.Get("Range")
		if r.Method != http.MethodGet || r.URL.Path == "/storage/objects" || seen[name] {
			return testbed.None
		}
		seen[name] = true
		return testbed.WrongAnswer
	})
	x := open(t, o)
	if got := batches(t, x); got != "01234567" || len(x.Stats().Damage) > 0 || len(seen) < 4 {
		t.Errorf("%s, %+v, of %d requests", got, x.Stats().Damage, len(seen))
	}
	shut(t, x)
}
