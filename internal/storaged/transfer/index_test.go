package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/transfer"
)

// indexed is a store with an index, an alias, a snapshot, and objects that nothing leads to.
func indexed(t *testing.T) *watched {
	t.Helper()
	from := open(t)
	for key, text := range map[string]string{
		"vectors/names/people.json": `{"index_id":"7f"}`,
		"vectors/names/staff.json":  `{"alias_of":"people"}`,
		"vectors/7f/log/1":          "one",
		"vectors/7f/log/2":          "two",
		"vectors/7f/load.json":      "{}",

		"vectors/snapshots/people/monday/about.json": "{}",
		"vectors/snapshots/people/monday/index":      "head",
		"vectors/snapshots/people/monday/index.0":    "part",
		"vectors/snapshots/people/sunday/begun":      "part",
		"vectors/dropped/log/1":                      "one",
	} {
		put(t, from.Store, key, text)
	}
	return from
}

var (
	wholeIndex    = []string{"vectors/7f/load.json={}", "vectors/7f/log/1=one", "vectors/7f/log/2=two"}
	wholeNames    = []string{`vectors/names/people.json={"index_id":"7f"}`, `vectors/names/staff.json={"alias_of":"people"}`}
	wholeSnapshot = []string{"vectors/snapshots/people/monday/about.json={}", "vectors/snapshots/people/monday/index=head", "vectors/snapshots/people/monday/index.0=part"}
	wholeVectors  = slices.Concat(wholeIndex, wholeNames, wholeSnapshot)
)

func mustHold(t *testing.T, store backend.Store, want ...[]string) {
	t.Helper()
	if got := holds(t, store); !slices.Equal(got, slices.Concat(want...)) {
		t.Errorf("the target holds %q\nwant %q", got, slices.Concat(want...))
	}
}

func remove(t *testing.T, store backend.Store, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := store.Delete(context.Background(), key); err != nil {
			t.Error(err)
		}
	}
}

// What has a name is copied, and the name last; what an earlier copy left under no name
// goes, and what the target has under another name stays.
func TestIndexesAreCopiedWithTheirNames(t *testing.T) {
	from, to := indexed(t), open(t)
	put(t, to.Store, "vectors/7f/log/1", "of a copy that was killed")
	put(t, to.Store, "vectors/7f/log/0", "merged since")
	put(t, to.Store, "vectors/snapshots/people/erased/0", "dropped since")
	put(t, to.Store, "vectors/9a/log/1", "other")
	put(t, to.Store, "vectors/names/zebras.json", `{"index_id":"9a"}`)
	summary, err := transfer.Copy(t.Context(), from, to, options())
	if err != nil || summary.Indexes != 1 || summary.Pointers != 0 || summary.Objects != 8 {
		t.Errorf("%+v, %v", summary, err)
	}
	mustHold(t, to.Store, wholeIndex, []string{"vectors/9a/log/1=other"}, wholeNames, []string{`vectors/names/zebras.json={"index_id":"9a"}`}, wholeSnapshot)
	if got := to.put[len(to.put)-3:]; !slices.Equal(got, []string{"vectors/names/people.json", "vectors/names/staff.json", "vectors/snapshots/people/monday/about.json"}) {
		t.Errorf("written last are %q", got)
	}
	if summary, err := transfer.Copy(t.Context(), from, to, options()); err != nil || summary.Copied != 0 || summary.Passed != 8 {
		t.Errorf("again: %+v, %v", summary, err)
	}
}

// Whatever a vectord does meanwhile, the copy is the index of one moment: no object of it
// is missing, and none is there beside another that replaced it.
func TestAnIndexIsCopiedAsItWasAtOneMoment(t *testing.T) {
	const log1, log2 = "vectors/7f/log/1", "vectors/7f/log/2"
	merged := []string{"vectors/7f/load.json={}", "vectors/7f/log/1=onetwo"}
	merge := func(from *watched) {
		put(t, from.Store, log1, "onetwo")
		remove(t, from.Store, log2)
	}
	for name, c := range map[string]struct {
		read, list string // when
		n          int    // the how manieth time
		do         func(from *watched)
		want       []string
	}{
		"merged once the first is copied":     {read: log2, n: 1, do: merge, want: merged},
		"merged before the first is read":     {read: log1, n: 1, do: merge, want: merged},
		"merged between the two listings":     {list: "vectors/7f/", n: 2, do: merge, want: merged},
		"appended to between the two":         {list: "vectors/7f/", n: 2, do: func(from *watched) { put(t, from.Store, "vectors/7f/log/3", "three") }, want: wholeIndex},
		"a load begins between the two":       {list: "vectors/7f/", n: 2, do: func(from *watched) { put(t, from.Store, "vectors/7f/load.json", "{1}") }, want: []string{"vectors/7f/load.json={1}", wholeIndex[1], wholeIndex[2]}},
		"a change was missed by the first":    {list: "vectors/7f/", n: 2, do: func(from *watched) { put(t, from.Store, "vectors/7f/log/15", "missed") }, want: []string{wholeIndex[0], wholeIndex[1], "vectors/7f/log/15=missed", wholeIndex[2]}},
		"a generation is begun between these": {list: "vectors/7f/", n: 2, do: func(from *watched) { put(t, from.Store, "vectors/7f/generations/2/0", "part") }, want: wholeIndex},
		"a load ends before it is read": {read: "vectors/7f/load.json", n: 1, do: func(from *watched) {
			put(t, from.Store, "vectors/7f/log/3", "its last rows")
			put(t, from.Store, "vectors/7f/load.json", "{2}")
		}, want: []string{"vectors/7f/load.json={2}", wholeIndex[1], wholeIndex[2], "vectors/7f/log/3=its last rows"}},
		"a generation takes the log's place": {read: log1, n: 1, do: func(from *watched) {
			put(t, from.Store, "vectors/7f/generations/2", "head")
			remove(t, from.Store, log1, log2)
		}, want: []string{"vectors/7f/generations/2=head", "vectors/7f/load.json={}"}},
	} {
		t.Run(name, func(t *testing.T) {
			from, to, seen := indexed(t), open(t), 0
			at := func(key, when string) {
				from.mu.Lock()
				defer from.mu.Unlock()
				if when == "" || key != when {
					return
				}
				if seen++; seen == c.n {
					c.do(from)
				}
			}
			from.onRead = func(key string) { at(key, c.read) }
			from.onList = func(prefix string) { at(prefix, c.list) }
			o := options()
			o.Workers = 1
			if _, err := transfer.Copy(t.Context(), from, to, o); err != nil {
				t.Fatal(err)
			}
			mustHold(t, to.Store, c.want, wholeNames, wholeSnapshot)
			if seen < c.n {
				t.Errorf("it was seen %d times", seen)
			}
		})
	}
}

// A snapshot that is dropped while the bucket is copied, and an index that is, are in the
// copy neither by name nor by bytes.
func TestWhatIsDroppedMeanwhileIsNotCopied(t *testing.T) {
	from, to := indexed(t), open(t)
	n := 0
	from.onList = func(prefix string) {
		if prefix != "vectors/snapshots/" {
			return
		}
		if n++; n == 2 { // after the first pass
			remove(t, from.Store, "vectors/snapshots/people/monday/about.json", "vectors/snapshots/people/monday/index", "vectors/names/people.json", "vectors/7f/log/1")
		}
	}
	if _, err := transfer.Copy(t.Context(), from, to, options()); err != nil {
		t.Fatal(err)
	}
	mustHold(t, to.Store, wholeNames[1:])
}

func TestAnIndexThatNeverRestsIsRefused(t *testing.T) {
	from, to, n := indexed(t), open(t), 0
	from.onList = func(prefix string) {
		if prefix == "vectors/7f/" {
			n++
			put(t, from.Store, "vectors/7f/load.json", fmt.Sprint(n))
		}
	}
	_, err := transfer.Copy(t.Context(), from, to, options())
	if err == nil || !strings.Contains(err.Error(), "under vectors/7f changed") || !strings.Contains(err.Error(), "stop what writes to it") {
		t.Errorf("%v", err)
	}
	if slices.Contains(to.put, "vectors/names/people.json") {
		t.Errorf("nonetheless %q were written", to.put)
	}
}

// An index that the target has under a name is another state of it if anything differs. It
// is not touched, or replaced: then it has no name until it is whole.
func TestAnotherStateOfAnIndexIsNotMixedIn(t *testing.T) {
	for name, c := range map[string]struct{ key, text string }{
		"more than the source":  {"vectors/7f/log/3", "three"},
		"other bytes":           {"vectors/7f/log/2", "too"},
		"less than the source":  {"vectors/7f/log/2", ""},
		"of a snapshot":         {"vectors/snapshots/people/monday/index.0", "trap"},
		"another index by name": {"vectors/names/people.json", `{"index_id":"9a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := indexed(t), open(t)
			if _, err := transfer.Copy(t.Context(), from, to, options()); err != nil {
				t.Fatal(err)
			}
			remove(t, to.Store, c.key)
			if c.text != "" {
				put(t, to.Store, c.key, c.text)
			}
			before := holds(t, to.Store)
			to.put = nil
			_, err := transfer.Copy(t.Context(), from, to, options())
			if stem, _, _ := strings.Cut(c.key, "/log/"); !errors.Is(err, transfer.ErrConflict) || !strings.Contains(err.Error(), strings.TrimSuffix(stem, "/index.0")) {
				t.Errorf("%v", err)
			}
			if mustHold(t, to.Store, before); len(to.put) > 0 {
				t.Errorf("nonetheless %q were written", to.put)
			}
			o := options()
			o.Overwrite = true
			if _, err := transfer.Copy(t.Context(), from, to, o); err != nil {
				t.Fatal(err)
			}
			mustHold(t, to.Store, wholeVectors)
			if strings.HasPrefix(c.key, "vectors/7f/") {
				if first, last := to.put[0], to.put[len(to.put)-1]; first != "-vectors/names/people.json" || last != "vectors/names/people.json" {
					t.Errorf("the name is not without effect meanwhile: %q", to.put)
				}
			}
		})
	}
}
