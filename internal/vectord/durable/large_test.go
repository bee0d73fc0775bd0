package durable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

const (
	many = 400     // items that one change is about
	most = 4 << 10 // bytes of an object
)

// everywhere is a change of all items of a batch, many times what an object may have.
func everywhere() (durable.Change, []byte) {
	value := json.RawMessage(`"` + strings.Repeat("y", 200) + `"`)
	return durable.Change{Set: map[string]json.RawMessage{"x": value}}, value
}

// A change of any size is one change, in objects of a size that has a bound; it outlasts
// merges, generations and restarts, and its objects go with it.
func TestALargeChangeIsInSmallObjects(t *testing.T) {
	s := testbed.StartStoraged(t)
	o := options(s, t)
	x := create(t, o)
	for n := range 4 {
		add(t, x, batch(fmt.Sprint("b", n), many/4)...)
	}
	x = reopenWith(t, x, &o, func() { o.Limits.PartBytes, o.Limits.MergeObjects = most, 2 })
	early := map[string]bool{}
	for _, key := range keys(t, s, "log/") {
		early[key] = true
	}
	change, value := everywhere()
	before := x.Stats().Sequence
	if n, err := x.Update(t.Context(), durable.Selection{Filter: filter(t, `{"n":{"gte":0}}`)}, change); n != many || err != nil {
		t.Fatalf("%d items, %v", n, err)
	}
	if got := x.Stats().Sequence; got != before+1 {
		t.Errorf("it is %d changes", got-before)
	}
	m := model{}
	for n := range 4 {
		for i, it := range batch(fmt.Sprint("b", n), many/4) {
			it.Metadata = json.RawMessage(fmt.Sprintf(`{"batch":"b%d","n":%d,"x":%s}`, n, i, value))
			m[it.ID] = it
		}
	}
	for n := range 3 { // what is merged after it, and before
		name := fmt.Sprint("after", n)
		add(t, x, batch(name, 2)...)
		for _, it := range batch(name, 2) {
			m[it.ID] = it
		}
	}
	testbed.Until(t, "the small ones are merged", func() bool { return len(plain(keys(t, s, "log/"))) < 8 })
	if got := logs(t, s); len(got) < 10 {
		t.Errorf("it is in %d objects", len(got))
	}
	for _, o := range logs(t, s) {
		if !early[o.Key] && o.Size > most {
			t.Errorf("%s has %d bytes", o.Key, o.Size)
		}
	}
	for range 2 {
		x = reopen(t, x, o)
		m.holds(t, x)
		if got := x.Stats(); len(got.Damage) > 0 {
			t.Errorf("%+v", got)
		}
	}
	if n, count, err := x.Delete(t.Context(), durable.Selection{Filter: filter(t, `{"x":{"exists":true}}`)}); n != many || count != 6 || err != nil {
		t.Errorf("deleted %d of %d, %v", n, count, err)
	}
	for n := range 2 {
		add(t, x, batch("last", 1+n)...)
		if _, err := x.WriteGeneration(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	testbed.Until(t, "what two generations have is gone", func() bool { return len(keys(t, s, "log/")) <= 1 })
	if _, err := x.Update(t.Context(), durable.Selection{Filter: filter(t, `{"n":{"gte":0}}`)}, durable.Change{Set: map[string]json.RawMessage{"text": json.RawMessage(`"` + strings.Repeat("whispered ", most/5) + `"`)}}); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, s, "log/"); len(got) < 4 {
		t.Errorf("it is in %d objects", len(got))
	}
	if e, err := x.Erase(t.Context(), durable.Selection{Filter: filter(t, `{"text":{"exists":true}}`)}); err != nil || e.Items == 0 {
		t.Errorf("%+v, %v", e, err)
	}
	if got := found(t, s); len(got) > 0 {
		t.Errorf("there is still %v", got)
	}
	shut(t, x)
}

// logs lists the objects of the log.
func logs(t *testing.T, s *storage.Client) (list []storage.Object) {
	t.Helper()
	for page, err := range s.Listings(t.Context(), "vectors/0198-index/log/", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page.Objects...)
	}
	return list
}

// plain leaves parts out.
func plain(keys []string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return strings.Contains(key, ".") })
}

// reopenWith opens an index again with other options.
func reopenWith(t *testing.T, x *durable.Index, o *durable.Options, change func()) *durable.Index {
	t.Helper()
	shut(t, x)
	change()
	return open(t, *o)
}

// Wherever a large change is broken off for good, as by a kill: opened again the index has
// all of it or nothing, and nothing is left of what was stored in vain.
func TestALargeChangeIsWholeOrNotAtAll(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.PartBytes = most
	change, _ := everywhere()
	none, whole := 0, 0
	for at := int64(1); ; at += 7 {
		if err := durable.Drop(t.Context(), s, o.ID); err != nil {
			t.Fatal(err)
		}
		x := create(t, o)
		add(t, x, batch("b", many)...)
		before := len(keys(t, s, "log/"))
		var requests atomic.Int64
		f.Set(func(*http.Request) testbed.Fault {
			switch n := requests.Add(1); {
			case n < at:
				return testbed.None
			case n == at:
				return testbed.CutAnswer
			}
			return testbed.Reset
		})
		_, err := x.Update(t.Context(), durable.Selection{Filter: filter(t, `{"batch":"b"}`)}, change)
		now, cancel := context.WithCancel(t.Context())
		cancel()
		_ = x.Close(now)
		f.Set(nil)
		x = open(t, o)
		changed := 0
		for _, it := range held(t, x) {
			if strings.Contains(string(it.Metadata), `"x":`) {
				changed++
			}
		}
		switch {
		case changed == many:
			whole++
		case changed == 0 && err != nil:
			none++
		default:
			t.Errorf("broken off at %d: %d items are changed, %v", at, changed, err)
		}
		if got := x.Stats(); len(got.Damage) > 0 || got.Refusal != nil {
			t.Errorf("broken off at %d: %+v", at, got)
		}
		testbed.Until(t, "it is tidy", func() bool { return changed == many || len(keys(t, s, "log/")) == before })
		add(t, x, batch("after", 5)...)
		x = reopen(t, x, o)
		if got := len(held(t, x)); got != many+5 {
			t.Errorf("broken off at %d: then there are %d items", at, got)
		}
		shut(t, x)
		if err == nil {
			break
		}
	}
	if none < 4 || whole < 1 {
		t.Errorf("nothing was changed %d times, and all %d times", none, whole)
	}
}

// A part that is damaged, or is missing, is damage of the change: it is told with the key,
// and all before and after is there.
func TestAPartOfALargeChangeIsDamaged(t *testing.T) {
	for what, harm := range map[string]func(*testing.T, *storage.Client, string){
		"spoiled": func(t *testing.T, s *storage.Client, key string) { spoil(t, s, key, .5) },
		"missing": func(t *testing.T, s *storage.Client, key string) { remove(t, s, key) },
	} {
		for which, of := range map[string]func([]string) string{
			"head": func(list []string) string {
				return list[slices.IndexFunc(list, func(key string) bool { return strings.Contains(key, ".") })-1]
			},
			"part": func(list []string) string {
				return slices.DeleteFunc(list, func(key string) bool { return !strings.Contains(key, ".") })[3]
			},
		} {
			if what == "missing" && which == "head" { // then it was never made
				continue
			}
			t.Run(which+" "+what, func(t *testing.T) {
				s := testbed.StartStoraged(t)
				o := options(s, t)
				x := create(t, o)
				add(t, x, batch("b", many)...)
				x = reopenWith(t, x, &o, func() { o.Limits.PartBytes = most })
				change, _ := everywhere()
				if _, err := x.Update(t.Context(), durable.Selection{Filter: filter(t, `{"batch":"b"}`)}, change); err != nil {
					t.Fatal(err)
				}
				add(t, x, batch("after", 5)...)
				shut(t, x)
				head := of(slices.Clone(keys(t, s, "log/")))
				harm(t, s, head)
				x = open(t, o)
				defer shut(t, x)
				if got := x.Stats().Damage; len(got) != 1 || !strings.HasPrefix(head, got[0].Key) {
					t.Errorf("%+v", got)
				}
				if got := len(held(t, x)); got != many+5 {
					t.Errorf("%d items", got)
				}
			})
		}
	}
}
