package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// written makes an index of three changes, a generation, three more, another one, and two
// more: the batches 0 to 7 of three items each, and closes it.
func written(t *testing.T, s *storage.Client, o durable.Options) {
	t.Helper()
	if err := durable.Drop(t.Context(), s, o.ID); err != nil {
		t.Fatal(err)
	}
	x := create(t, o)
	for n := range 8 {
		if n == 3 || n == 6 {
			if _, err := x.WriteGeneration(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		add(t, x, batch(fmt.Sprint("b", n), 3)...)
	}
	until(t, "the oldest log is removed", func() bool { return len(keys(t, s, "log/")) == 5 })
	shut(t, x)
}

// batches says which batches of the eight are there whole.
func batches(t *testing.T, x *durable.Index) (list string) {
	t.Helper()
	got := held(t, x)
	for n := range 8 {
		there := 0
		for _, it := range batch(fmt.Sprint("b", n), 3) {
			if _, ok := got[it.ID]; ok {
				there++
			}
		}
		list += []string{"-", "/", "/", fmt.Sprint(n)}[there]
	}
	return list
}

func TestDamage(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	generation := func(n int) func() string { return func() string { return heads(t, s)[n] } }
	part := func(n int) func() string {
		return func() string {
			all := keys(t, s, "generations/")
			return all[slices.Index(all, heads(t, s)[n])+1]
		}
	}
	object := func(n int) func() string { return func() string { return keys(t, s, "log/")[n] } }
	flip := func(at float64) func(*testing.T, string) {
		return func(t *testing.T, key string) { spoil(t, s, key, at) }
	}
	gone := func(t *testing.T, key string) { remove(t, s, key) }
	cut := func(t *testing.T, key string) {
		if err := os.Truncate(file(t, s, key), 200); err != nil {
			t.Fatal(err)
		}
	}
	older := func(t *testing.T, key string) {
		b, err := os.ReadFile(file(t, s, part(0)()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file(t, s, key), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	former := func(t *testing.T, key string) { rewrite(t, s, key, `"format":3`, `"format":1`) }
	before := func(t *testing.T, key string) { rewrite(t, s, key, `"format":3`, `"format":2`) }
	foreign := o
	foreign.ID = "0198-foreign"
	y := create(t, foreign)
	add(t, y, batch("foreign", 1)...)
	shut(t, y)
	alien := func(t *testing.T, key string) {
		b, err := os.ReadFile(file(t, s, "vectors/0198-foreign/log/00000000000000000001"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file(t, s, key), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what string
		do   func(*testing.T, string)
		to   func() string
		left string // batches
		says string // in the detail
	}{
		{"a bit of the newest generation", flip(.5), part(1), "01234567", "does not fit its checksum"},
		{"the end of the newest generation", cut, part(1), "01234567", "is cut off"},
		{"a part of the generation before in the place of the newest's", older, part(1), "01234567", "of another"},
		{"a part of the newest generation", gone, part(1), "01234567", "no object"},
		{"a bit of the newest generation's head", flip(.5), generation(1), "01234567", "does not fit its checksum"},
		{"a generation of another release", former, generation(1), "01234567", "it is of format 1, and this release reads 2 and 3"},
		{"a generation of a release whose generations are read", before, generation(1), "01234567", ""},
		{"a bit of the generation before", flip(.5), part(0), "01234567", ""}, // which is not read
		{"the end of the generation before", cut, part(0), "01234567", "there is one alone"},
		{"a part of the generation before", gone, part(0), "01234567", "there is one alone"},
		{"a bit of the head of the generation before", flip(.5), generation(0), "01234567", "there is one alone"},
		{"the generation before", gone, generation(0), "01234567", "is missing"},
		{"a bit of the log of the generation before", flip(.5), object(0), "01234567", ""},
		{"another index's object in the place of one that the newest generation has", alien, object(0), "01234567", "nothing is lost"},
		{"a bit in the middle of the log", flip(.5), object(3), "012345/7", "the changes 7 to 7 are made as far as they stand before"},
		{"an object that is cut", cut, object(3), "012345/7", "log object cannot be read from block"},
		{"an object that is gone", gone, object(3), "012345-7", "the changes 7 to 7 are lost"},
		{"a header", flip(.05), object(3), "012345-7", "the changes 7 to 7 are lost"},
		{"the last header", flip(.05), object(4), "0123456-", "the changes from 8 on are lost"},
	} {
		t.Run(c.what, func(t *testing.T) {
			written(t, s, o)
			key := c.to()
			c.do(t, key)
			x := open(t, o)
			if got := batches(t, x); got != c.left {
				t.Errorf("left are %s, want %s", got, c.left)
			}
			d := x.Stats().Damage
			if c.says == "" && len(d) > 0 || c.says != "" && (len(d) != 1 || !strings.Contains(d[0].Detail, c.says)) {
				t.Errorf("it says %+v, want %q", d, c.says)
			}
			if c.says != "" {
				until(t, "a fresh generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence >= 7 })
			}
			add(t, x, batch("after", 2)...)
			for range 2 { // it is told still, and once
				x = reopen(t, x, o)
				if got := batches(t, x); got != c.left || len(held(t, x)["after-1"].Vector) == 0 || !slices.Equal(x.Stats().Damage, d) {
					t.Errorf("opened again: %s, %+v", got, x.Stats())
				}
			}
			if err := x.Acknowledge(t.Context()); err != nil || len(x.Stats().Damage) > 0 {
				t.Errorf("acknowledged: %v, %+v", err, x.Stats().Damage)
			}
			x = reopen(t, x, o)
			if len(x.Stats().Damage) > 0 {
				t.Errorf("acknowledged and opened again: %+v", x.Stats().Damage)
			}
			shut(t, x)
		})
	}
}

// rewrite changes a record, so that its checksums hold.
func rewrite(t *testing.T, s *storage.Client, key, from, to string) {
	t.Helper()
	b, err := os.ReadFile(file(t, s, key))
	if err == nil {
		b, err = io.ReadAll(sealed.NewReader(bytes.NewReader(b)))
	}
	if err != nil || !bytes.Contains(b, []byte(from)) {
		t.Fatalf("%s, %v", b, err)
	}
	var out bytes.Buffer
	w := sealed.NewWriter(&out)
	_, _ = w.Write(bytes.Replace(b, []byte(from), []byte(to), 1))
	_ = w.Close()
	if err := os.WriteFile(file(t, s, key), out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where nothing is left to stand on, or what there is belongs to another index, it is not
// opened and nothing is changed.
func TestNothingToStandOn(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	refused := func(what string, o durable.Options) {
		t.Helper()
		before := keys(t, s, "")
		var unreadable *durable.UnreadableError
		if _, err := durable.Open(t.Context(), o, nil); !errors.As(err, &unreadable) || !strings.Contains(err.Error(), "restore") {
			t.Errorf("%s: %v", what, err)
		}
		if after := keys(t, s, ""); !slices.Equal(before, after) {
			t.Errorf("%s: there were %v, and are %v", what, before, after)
		}
	}
	written(t, s, o)
	other := o
	other.Engine.Dimension = 9
	refused("another dimension", other)
	for _, key := range heads(t, s) {
		spoil(t, s, key, .5)
	}
	refused("no generation", o)
	for _, key := range keys(t, s, "generations/") {
		remove(t, s, key)
	}
	refused("no generation that is damaged either", o)
	for _, key := range keys(t, s, "") {
		remove(t, s, key)
	}
	refused("nothing at all", o)
}

// An index that never had an item is opened, and one that has its log alone is made of
// that and says so.
func TestOfTheLogAlone(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	x := reopen(t, create(t, o), o)
	if got := x.Stats(); len(got.Damage) > 0 || len(got.Generations) != 1 {
		t.Errorf("an empty index: %+v", got)
	}
	add(t, x, batch("b0", 3)...)
	shut(t, x)
	for _, key := range keys(t, s, "generations/") {
		remove(t, s, key)
	}
	x = open(t, o)
	if d := x.Stats().Damage; batches(t, x) != "0-------" || len(d) != 1 || !strings.Contains(d[0].Detail, "no generation is left") {
		t.Errorf("%s, %+v", batches(t, x), d)
	}
	until(t, "a fresh generation", func() bool { return len(x.Stats().Generations) == 1 })
	x = reopen(t, x, o)
	if d := x.Stats().Damage; batches(t, x) != "0-------" || len(d) != 1 {
		t.Errorf("opened again: %s, %+v", batches(t, x), d)
	}
	shut(t, x)
}

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
		until(t, "a fresh generation", func() bool { g := x.Stats().Generations; return g[len(g)-1].Sequence == x.Stats().Sequence })
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
	until(t, "an error", func() bool { return x.Stats().GenerationError != nil })
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
	until(t, "one object", func() bool { return len(keys(t, s, "log/")) == 1 })
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
