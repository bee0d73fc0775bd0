package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

func newIndex(t testing.TB, config engine.Config) *engine.Index {
	t.Helper()
	x, err := engine.New(config, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// put applies items.
func put(t testing.TB, x *engine.Index, items ...engine.Item) (added, updated int) {
	t.Helper()
	b, err := x.Check(items)
	if err != nil {
		t.Fatal(err)
	}
	if added, updated, err = x.Apply(b); err != nil {
		t.Fatal(err)
	}
	return added, updated
}

// item has an id, a point on a circle of 1,000 steps, and metadata with its number.
func item(n int) engine.Item {
	return engine.Item{ID: fmt.Sprintf("c-%04d", n), Vector: point(float64(n)), Metadata: fmt.Appendf(nil, `{"n":%d,"odd":%v}`, n, n%2 == 1)}
}

func point(step float64) []float32 {
	sin, cos := math.Sincos(step * 2 * math.Pi / 1000)
	return []float32{float32(3 * cos), float32(3 * sin)}
}

func items(from, to int) (list []engine.Item) {
	for n := from; n < to; n++ {
		list = append(list, item(n))
	}
	return list
}

func filter(t testing.TB, s string) *metadata.Filter {
	t.Helper()
	f, err := metadata.ParseFilter([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// search gives the ids that are found.
func search(t testing.TB, x *engine.Index, q engine.Query) (ids []string) {
	t.Helper()
	hits, err := x.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestItemsComeChangeAndGo(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 2000})
	if added, updated := put(t, x, items(0, 500)...); added != 500 || updated != 0 {
		t.Errorf("added %d, updated %d", added, updated)
	}
	at7 := engine.Query{Vector: point(7.2), K: 3}
	if got := search(t, x, at7); !slices.Equal(got, []string{"c-0007", "c-0008", "c-0006"}) {
		t.Errorf("before anything is linked: %v", got)
	}
	x.Settle(t.Context(), 2)
	if got := x.Stats(); got.Count != 500 || got.Waiting != 0 || got.Fields != 2 {
		t.Errorf("%+v", got)
	}
	if got := search(t, x, at7); !slices.Equal(got, []string{"c-0007", "c-0008", "c-0006"}) {
		t.Errorf("after: %v", got)
	}

	moved := item(7)
	moved.Vector = point(300.1)
	if added, updated := put(t, x, moved, item(500), item(500)); added != 1 || updated != 1 {
		t.Errorf("added %d, updated %d", added, updated)
	}
	if got := search(t, x, at7); !slices.Equal(got, []string{"c-0008", "c-0006", "c-0009"}) {
		t.Errorf("after it moved away: %v", got)
	}
	if got := search(t, x, engine.Query{Vector: point(300), K: 2}); !slices.Equal(got, []string{"c-0300", "c-0007"}) {
		t.Errorf("where it moved to: %v", got)
	}
	if got := x.Delete([]string{"c-0300", "c-0300", "nobody"}); got != 1 {
		t.Errorf("%d were deleted", got)
	}
	if got := search(t, x, engine.Query{Vector: point(300), K: 1}); !slices.Equal(got, []string{"c-0007"}) {
		t.Errorf("after the deletion: %v", got)
	}
	if _, ok := x.Get("c-0300"); ok {
		t.Error("a deleted item is there")
	}
	if got, _ := x.Get("c-0007"); string(got.Metadata) != `{"n":7,"odd":true}` || len(got.Vector) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestFiltersAndMetadata(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 2000})
	put(t, x, items(0, 1000)...)
	x.Settle(t.Context(), 1)
	near := engine.Query{Vector: point(10), K: 3, Filter: filter(t, `{"odd":true,"n":{"gt":11}}`)}
	if got := search(t, x, near); !slices.Equal(got, []string{"c-0013", "c-0015", "c-0017"}) {
		t.Errorf("%v", got)
	}
	object, err := metadata.Read([]byte(`{"odd":true,"n":5000}`))
	if err != nil {
		t.Fatal(err)
	}
	if !x.SetMetadata("c-0010", object) || x.SetMetadata("nobody", object) {
		t.Error("the metadata of c-0010 is set, and nobody's is not")
	}
	if got := search(t, x, near); !slices.Equal(got, []string{"c-0010", "c-0013", "c-0015"}) {
		t.Errorf("after the change: %v", got)
	}
	if got := search(t, x, engine.Query{Vector: point(10), K: 5, Filter: filter(t, `{"n":-1}`)}); len(got) != 0 {
		t.Errorf("a filter that nothing matches: %v", got)
	}
	var unknown *metadata.UnknownFieldError
	if _, err := x.Search(engine.Query{Vector: point(10), K: 5, Filter: filter(t, `{"m":1}`)}); !errors.As(err, &unknown) {
		t.Errorf("a field that nobody has: %v", err)
	}

	hits, err := x.Search(engine.Query{Vector: point(20), K: 2, WithMetadata: true, WithVector: true})
	if err != nil {
		t.Fatal(err)
	}
	step := 6 * math.Sin(math.Pi/1000) // the chord from one point to the next
	for i, want := range []struct{ distance, score float64 }{{0, 1}, {step, 1 / (1 + step)}} {
		if h := hits[i]; math.Abs(float64(h.Distance)-want.distance) > 1e-5 || math.Abs(float64(h.Score)-want.score) > 1e-5 ||
			!json.Valid(h.Metadata) || len(h.Vector) != 2 {
			t.Errorf("hit %d is %+v, want %+v", i, h, want)
		}
	}
	least := float32(.999)
	if got := search(t, x, engine.Query{Vector: point(20), K: 5, Least: &least}); !slices.Equal(got, []string{"c-0020"}) {
		t.Errorf("with a least score: %v", got)
	}
}

func TestScores(t *testing.T) {
	for metric, want := range map[hnsw.Metric][2]float32{hnsw.Cosine: {.6, .4}, hnsw.Dot: {12, -12}, hnsw.L2: {1 / (1 + float32(math.Sqrt(13))), float32(math.Sqrt(13))}} {
		x := newIndex(t, engine.Config{Dimension: 2, Metric: metric, MaxItems: 10})
		put(t, x, engine.Item{ID: "a", Vector: []float32{3, 4}})
		hits, err := x.Search(engine.Query{Vector: []float32{4, 0}, K: 1})
		if metric == hnsw.L2 {
			want = [2]float32{1 / (1 + float32(math.Sqrt(17))), float32(math.Sqrt(17))}
		}
		if err != nil || len(hits) != 1 || math.Abs(float64(hits[0].Score-want[0])) > 1e-6 || math.Abs(float64(hits[0].Distance-want[1])) > 1e-6 {
			t.Errorf("metric %d: %+v, %v, want %v", metric, hits, err, want)
		}
		if hits, err = x.Search(engine.Query{Vector: []float32{-4, 3}, K: 1}); err != nil || math.Signbit(float64(hits[0].Score)) {
			t.Errorf("metric %d: the score of what has nothing in common is %v, %v", metric, hits[0].Score, err)
		}
	}
}

func TestABatchIsTakenWholeOrNotAtAll(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 10})
	nan := float32(math.NaN())
	for want, bad := range map[string]engine.Item{
		`item 1 ("b"): the vector has 3 numbers, and the index has dimension 2`: {ID: "b", Vector: []float32{1, 2, 3}},
		`item 1 ("b"): number 1 of the vector is NaN; all have to be finite`:    {ID: "b", Vector: []float32{nan, 2}},
		`item 1 (""): the id is empty`:                                          {Vector: []float32{1, 2}},
		`item 1 ("b"): the metadata is an array; it has to be an object`:        {ID: "b", Vector: []float32{1, 2}, Metadata: []byte(`[]`)},
		`item 1 ("\xff"): the id is not UTF-8`:                                  {ID: "\xff", Vector: []float32{1, 2}},
	} {
		var wrong *engine.ItemError
		if _, err := x.Check([]engine.Item{item(1), bad}); !errors.As(err, &wrong) || err.Error() != want || wrong.Item != 1 {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := x.Check([]engine.Item{{ID: strings.Repeat("é", 512), Vector: []float32{1, 2}}}); err != nil {
		t.Errorf("an id of 1,024 bytes: %v", err)
	}
	b, err := x.Check(items(0, 11))
	if err != nil {
		t.Fatal(err)
	}
	var full *engine.FullError
	if _, _, err := x.Apply(b); !errors.As(err, &full) || x.Stats().Count != 0 {
		t.Errorf("11 items in an index of 10: %v, and %d are in", err, x.Stats().Count)
	}
	put(t, x, items(0, 5)...)
	for range 5 { // each takes the room of those before
		put(t, x, items(0, 5)...)
	}
	if got := x.Stats(); got.Count != 5 {
		t.Errorf("%+v", got)
	}
}

func TestScroll(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 3000})
	if ids, err := x.Matching(*filter(t, `{"odd":true}`)); err != nil || len(ids) != 0 {
		t.Errorf("in an empty index: %v, %v", ids, err)
	}
	list := items(0, 2500)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	put(t, x, list...)
	var seen []string
	for after := ""; ; {
		page, err := x.Scroll(after, 700, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page {
			if len(item.Vector) != 2 || !json.Valid(item.Metadata) {
				t.Fatalf("%+v", item)
			}
			seen = append(seen, item.ID)
		}
		if len(page) < 700 {
			break
		}
		after = seen[len(seen)-1]
	}
	if !slices.IsSorted(seen) || len(slices.Compact(seen)) != 2500 {
		t.Errorf("%d items, sorted: %v", len(seen), slices.IsSorted(seen))
	}
	ids, err := x.Matching(*filter(t, `{"odd":true}`))
	if err != nil || len(ids) != 1250 || ids[0] != "c-0001" {
		t.Errorf("%d odd ones, %v", len(ids), err)
	}
}
