package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// jobs is an index of four items on a circle, with texts.
func jobs(t *testing.T) *engine.Index {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 5000, TextFields: []string{"text", "job.title"}})
	put(t, x,
		engine.Item{ID: "a", Vector: point(0), Metadata: []byte(`{"text":"Forklift operator, nights","city":"Austin"}`)},
		engine.Item{ID: "b", Vector: point(10), Metadata: []byte(`{"text":"Welder","job":{"title":["Night shift","MIG"]},"city":"Waco"}`)},
		engine.Item{ID: "c", Vector: point(250), Metadata: []byte(`{"text":"Forklift","city":"Waco"}`)},
		engine.Item{ID: "d", Vector: point(500), Metadata: []byte(`{"city":"Austin","text":7}`)})
	return x
}

func TestWordsAreThoseOfTheTextFields(t *testing.T) {
	x := jobs(t)
	for text, want := range map[string][]string{
		"FORKLIFT": {"c", "a"}, "mig": {"b"}, "austin": nil, "7": nil, "!": nil, "night welder forklift nights": {"b", "a", "c"},
	} {
		if got := search(t, x, engine.Query{Text: text, K: 5}); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
	if got := search(t, x, engine.Query{Text: "forklift", K: 5, Filter: filter(t, `{"city":"Austin"}`)}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("forklifts in Austin: %v", got)
	}
	if got := x.Stats(); got.Texts != 3 || got.Words != 7 || got.Lexical == 0 {
		t.Errorf("%+v", got)
	}

	// What is replaced, edited or deleted is not found by the words that it had.
	put(t, x, engine.Item{ID: "c", Vector: point(250), Metadata: []byte(`{"text":"Crane"}`)})
	object, err := metadata.Read([]byte(`{"text":"Nurse"}`))
	if err != nil {
		t.Fatal(err)
	}
	x.SetMetadata("b", object)
	x.Delete([]string{"a"})
	for text, want := range map[string][]string{"forklift": nil, "night mig": nil, "crane": {"c"}, "nurse": {"b"}} {
		if got := search(t, x, engine.Query{Text: text, K: 5}); !slices.Equal(got, want) {
			t.Errorf("afterwards %q finds %v, want %v", text, got, want)
		}
	}
}

func TestTextIsNotComparedByFilters(t *testing.T) {
	x := jobs(t)
	for f, want := range map[string]int{`{"text":{"exists":true}}`: 4, `{"job.title":{"exists":false}}`: 3, `{"text":7}`: 1, `{"text":{"gt":7}}`: 0} {
		if got, err := x.Count(filter(t, f)); err != nil || got != want {
			t.Errorf("%s matches %d, want %d, %v", f, got, want, err)
		}
	}
	var wrong *metadata.FilterError
	if _, err := x.Count(filter(t, `{"text":"Welder"}`)); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "text is searched by words") {
		t.Errorf("%v", err)
	}
	if _, err := x.Search(engine.Query{Text: "welder", K: 1, Filter: filter(t, `{"job.title":{"gte":"M"}}`)}); !errors.As(err, &wrong) {
		t.Errorf("%v", err)
	}
}

// Memory goes back when texts go, by the upkeep alone.
func TestTheIndexOfWordsIsCompacted(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 10_000, TextFields: []string{"text"}})
	var list []engine.Item
	var ids []string
	for n := range 1500 {
		it := item(n)
		it.Metadata = fmt.Appendf(nil, `{"text":"common w%d v%d"}`, n, n%50)
		list, ids = append(list, it), append(ids, it.ID)
	}
	put(t, x, list...)
	x.Settle(t.Context(), 2)
	full := x.Stats()
	x.Delete(ids[:1450])
	x.Settle(t.Context(), 2)
	if got := x.Stats(); got.Texts != 50 || got.Lexical > full.Lexical/10 {
		t.Errorf("%+v when full, %+v when a thirtieth was left", full, got)
	}
	if got := search(t, x, engine.Query{Text: "w1470 w100", K: 5}); !slices.Equal(got, []string{"c-1470"}) {
		t.Errorf("%v", got)
	}
}

// An item that shares nothing with a question but the words that all have is not before the
// one that is meant.
func TestWordsThatSayLittleCountForLittle(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 10, TextFields: []string{"text"}})
	for id, as := range map[string]struct {
		vector []float32
		text   string
	}{
		"driver": {[]float32{1, 0}, "forklift driver, night shift"}, "clerk": {[]float32{.8, .6}, "clerk who files the tax forms in an office"},
		"nurse": {[]float32{.6, .8}, "nurse in the children's ward of a hospital"}, "cook": {[]float32{0, 1}, "line cook, breakfast"},
	} {
		put(t, x, engine.Item{ID: id, Vector: as.vector, Metadata: fmt.Appendf(nil, `{"text":%q}`, as.text)})
	}
	got := search(t, x, engine.Query{Vector: []float32{1, .1}, Text: "somebody who moves pallets in a warehouse", K: 2})
	if !slices.Equal(got, []string{"driver", "clerk"}) {
		t.Errorf("found %v", got)
	}
}

func TestAHybridSearchShowsItsParts(t *testing.T) {
	x := jobs(t)
	hits, err := x.Search(engine.Query{Vector: point(0), Text: "welder", K: 4, Fusion: engine.Fusion{Depth: 2}})
	if err != nil {
		t.Fatal(err)
	}
	// c is found by neither side: the depth is K at the least, and so a question of K.
	want := []engine.Part{{Rank: 2}, {Rank: 1}, {Rank: 3}, {Rank: 4}}
	for i, id := range []string{"b", "a", "c", "d"} {
		h := hits[i]
		if h.ID != id || h.ByVector.Rank != want[i].Rank || h.ByVector.Score != 1-h.Distance || (h.ByWords.Rank == 1) != (id == "b") || (h.ByWords.Score > 0) != (id == "b") {
			t.Errorf("hit %d is %+v, want %s", i, h, id)
		}
	}
	if score := hits[1].Score; score != .7 {
		t.Errorf("the nearest without a word scores %v, want all that vectors give", score)
	}
	zero := 0.0
	if got := search(t, x, engine.Query{Vector: point(0), Text: "welder forklift", K: 1, Fusion: engine.Fusion{Alpha: &zero}}); got[0] != search(t, x, engine.Query{Text: "welder forklift", K: 1})[0] {
		t.Errorf("by words alone %v is first", got)
	}
	// One item is in both lists, and its reciprocal ranks are 60 behind.
	ranked, err := x.Search(engine.Query{Vector: point(0), Text: "welder", K: 1, Fusion: engine.Fusion{Ranks: true}})
	if err != nil || ranked[0].ID != "b" || ranked[0].Score != float32(1./62+1./61) {
		t.Errorf("%+v, %v", ranked, err)
	}
}

// An exact search looks at every item, also for those that are among the first of neither
// side and are best by both.
func TestAnExactHybridSearchLooksAtAll(t *testing.T) {
	const n = 1500
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 2 * n, TextFields: []string{"text"}})
	for i := range n {
		it := item(i)
		it.Metadata = fmt.Appendf(nil, `{"text":"%s %s"}`, strings.Repeat("common ", 1+i/100), strings.Repeat("filler ", i%7))
		put(t, x, it)
	}
	for _, ranks := range []bool{false, true} {
		q := engine.Query{Vector: point(0), Text: "common", K: 20, Exact: true, Fusion: engine.Fusion{Ranks: ranks}}
		exact := search(t, x, q)
		q.Fusion.Depth = n
		if all := search(t, x, q); !slices.Equal(exact, all) {
			t.Errorf("by ranks %v: %v, want %v", ranks, exact, all)
		}
	}
}

// A word beyond the depth of one side is scored still, so that who is looked at by the
// other side does not lose it.
func TestTheDepthDoesNotChangeScores(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 2000, TextFields: []string{"text"}})
	for n := range 300 {
		it := item(n)
		it.Metadata = fmt.Appendf(nil, `{"text":"common %s"}`, strings.Repeat("filler ", n%7))
		put(t, x, it)
	}
	q := engine.Query{Vector: point(100), Text: "common", K: 10, WithMetadata: true}
	hits, err := x.Search(q)
	if err != nil || len(hits) != 10 {
		t.Fatalf("%+v, %v", hits, err)
	}
	q.Fusion.Depth = 300
	deep, err := x.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range hits {
		if hits[i].ID != deep[i].ID || hits[i].Score != deep[i].Score || hits[i].ByWords.Score != deep[i].ByWords.Score {
			t.Errorf("hit %d is %+v, and by depth %+v", i, hits[i], deep[i])
		}
	}
}
