package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

func TestWhatAQueryMayNotSay(t *testing.T) {
	x, plain := jobs(t), newIndex(t, engine.Config{Dimension: 2, MaxItems: 10})
	two, nan := 2.0, math.NaN()
	for want, q := range map[string]engine.Query{
		"nothing to search for":          {K: 1},
		"k is 0":                         {K: 0, Text: "welder"},
		"k is 10001":                     {K: 10_001, Text: "welder"},
		"a vector and ids":               {K: 1, Vector: point(1), Positive: []string{"a"}},
		"negative items alone":           {K: 1, Negative: []string{"a"}},
		"alpha is 2":                     {K: 1, Vector: point(1), Text: "welder", Fusion: engine.Fusion{Alpha: &two}},
		"alpha is NaN":                   {K: 1, Vector: point(1), Text: "welder", Fusion: engine.Fusion{Alpha: &nan}},
		"the constant of ranks is -1":    {K: 1, Vector: point(1), Text: "welder", Fusion: engine.Fusion{Constant: -1}},
		"the depth is -1":                {K: 1, Vector: point(1), Text: "welder", Fusion: engine.Fusion{Depth: -1}},
		"1001 ids of items; it may have": {K: 1, Positive: make([]string, 1001)},
		"the vector has 1 numbers":       {K: 1, Vector: []float32{1}},
		"the vector has 0 numbers":       {K: 1, Vector: []float32{}},
		`there is no item "nobody"`:      {K: 1, Positive: []string{"a", "nobody"}},
		`there is no item ""`:            {K: 1, Positive: []string{"a"}, Negative: []string{""}},
		"items cancel each other out":    {K: 1, Positive: []string{"a", "d"}}, // opposite
	} {
		if _, err := x.Search(q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	var wrong *engine.QueryError
	if _, err := plain.Search(engine.Query{K: 1, Text: "welder"}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "no text fields") {
		t.Errorf("words in an index without text fields: %v", err)
	}
	for _, fields := range [][]string{{""}, {"a", "a"}, make([]string, 65)} {
		if _, err := engine.New(engine.Config{Dimension: 2, TextFields: fields}, simd.Best()); err == nil {
			t.Errorf("text fields %q pass", fields)
		}
	}
}

func TestSearchByExamples(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, MaxItems: 2000})
	put(t, x, items(0, 1000)...)
	x.Settle(t.Context(), 2)
	for _, c := range []struct {
		q    engine.Query
		want []string
	}{
		{engine.Query{Positive: []string{"c-0100"}, K: 2}, []string{"c-0099", "c-0101"}},
		{engine.Query{Positive: []string{"c-0100", "c-0102"}, K: 3}, []string{"c-0101", "c-0099", "c-0103"}},
		// At a right angle: twice the one without the other points 26.57 degrees away,
		// 73.8 steps back.
		{engine.Query{Positive: []string{"c-0500"}, Negative: []string{"c-0750"}, K: 2}, []string{"c-0426", "c-0427"}},
		{engine.Query{Positive: []string{"c-0100"}, K: 2, Filter: filter(t, `{"odd":false}`)}, []string{"c-0098", "c-0102"}},
	} {
		got := search(t, x, c.q)
		slices.Sort(got[:2]) // as near
		slices.Sort(c.want[:2])
		if len(c.want) == 3 {
			slices.Sort(got)
			slices.Sort(c.want)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v without %v finds %v, want %v", c.q.Positive, c.q.Negative, got, c.want)
		}
	}
	if got := search(t, x, engine.Query{Positive: []string{"c-0100"}, Negative: []string{"c-0101"}, K: 1000}); len(got) != 998 || slices.Contains(got, "c-0101") {
		t.Errorf("%d of 998 others", len(got))
	}
	far := newIndex(t, engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 10})
	put(t, far, engine.Item{ID: "a", Vector: []float32{4, 0}}, engine.Item{ID: "b", Vector: []float32{-4, 0}}, engine.Item{ID: "origin", Vector: []float32{0, 0}}, engine.Item{ID: "other", Vector: []float32{4, 3}})
	if got := search(t, far, engine.Query{Positive: []string{"a", "b"}, K: 1}); !slices.Equal(got, []string{"origin"}) {
		t.Errorf("between two points: %v", got)
	}
}

func TestManyAreSearchedAsOneByOne(t *testing.T) {
	x := jobs(t)
	var queries []engine.Query
	var want [][]engine.Hit
	for n := range 200 {
		q := engine.Query{Vector: point(float64(n)), K: 1 + n%4}
		if n%3 == 0 {
			q.Text = "forklift nights"
		}
		hits, err := x.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		queries, want = append(queries, q), append(want, hits)
	}
	for _, workers := range []int{0, 1, 3, 500} {
		if got, err := x.SearchMany(t.Context(), queries, workers); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("by %d workers: %v, or other hits", workers, err)
		}
	}
	queries[150].K = 0
	queries[31].Vector = nil
	queries[31].Text = ""
	var bad *engine.BatchError
	if got, err := x.SearchMany(t.Context(), queries, 3); got != nil || !errors.As(err, &bad) || bad.Query != 31 || !strings.HasPrefix(err.Error(), "query 31: the query has nothing") {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := x.SearchMany(ctx, queries[:30], 2); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got, err := x.SearchMany(t.Context(), nil, 2); err != nil || len(got) != 0 {
		t.Errorf("no queries: %v, %v", got, err)
	}
}

func TestRecall(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: dimension, MaxItems: 5000, M: 4, EfConstruction: 4, Seed: 3}) // a poor graph
	if recall, sampled, err := x.Recall(t.Context(), 10, 10, 0); recall != 1 || sampled != 0 || err != nil {
		t.Errorf("of nothing: %v of %d, %v", recall, sampled, err)
	}
	for n := range 1000 {
		put(t, x, scattered(fmt.Sprint(n), n, uint64(n)))
	}
	x.Settle(t.Context(), 2)
	recall := func(sample, k, ef int) float64 {
		recall, sampled, err := x.Recall(t.Context(), sample, k, ef)
		if err != nil || sampled != min(sample, 1000) {
			t.Errorf("%d were looked at, %v", sampled, err)
		}
		return recall
	}
	low, high := recall(200, 10, 1), recall(200, 10, 500)
	if high < low+.2 || high > 1 {
		t.Errorf("recall is %v with few candidates and %v with many", low, high)
	}
	if again := recall(200, 10, 1); again != low {
		t.Errorf("recall is %v, and %v again", low, again)
	}
	neighbours := func(n int, q engine.Query) []string {
		q.Vector, q.K = scattered("", n, uint64(n)).Vector, 4
		ids := slices.DeleteFunc(search(t, x, q), func(id string) bool { return id == fmt.Sprint(n) })
		return ids[:3]
	}
	right := 0
	for n := range 1000 {
		exact := neighbours(n, engine.Query{Exact: true})
		for _, id := range neighbours(n, engine.Query{Ef: 20}) {
			if slices.Contains(exact, id) {
				right++
			}
		}
	}
	if all := recall(5000, 3, 20); math.Abs(all-float64(right)/3000) > .001 {
		t.Errorf("recall of all is %v, and counted by searches %v", all, float64(right)/3000)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := x.Recall(ctx, 10, 10, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
