package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// version gives an item that is the same in every version but for the word and the
// field that tell it.
func version(id string, n int) engine.Item {
	at := float32(n % 2)
	return engine.Item{ID: id, Vector: []float32{1 + at, 2},
		Metadata: fmt.Appendf(nil, `{"v":%d,"text":"common %s"}`, n%2, words[n%2])}
}

var words = []string{"even", "odd"}

// While items are replaced, edited and moved, a search finds each of them once, as it
// was or as it is, and never by what no version of it has together.
func TestASearchFindsAnItemAsItWasOrAsItIs(t *testing.T) {
	x := newIndex(t, engine.Config{Dimension: 2, Metric: hnsw.L2, MaxItems: 20_000, EfConstruction: 32, TextFields: []string{"text"}})
	hot := []string{"edited", "replaced-1", "replaced-2"}
	for _, id := range hot {
		put(t, x, version(id, 0))
	}
	ctx, stop := context.WithCancel(t.Context())
	var background, searches sync.WaitGroup
	background.Go(func() { x.Maintain(ctx, 1) })
	background.Go(func() { // so that slots are moved, which they are when many are free
		for ctx.Err() == nil {
			var ids []string
			for n := range 700 {
				it := version(fmt.Sprintf("passing-%d", n), n)
				it.Metadata = []byte(`{"passing":true,"v":7,"text":"other"}`)
				put(t, x, it)
				ids = append(ids, it.ID)
			}
			put(t, x, version("replaced-2", 0))
			x.Delete(ids)
			x.Settle(ctx, 1)
		}
	})
	background.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			put(t, x, version("replaced-1", n))
			object, err := metadata.Read(version("", n).Metadata)
			if err != nil || !x.SetMetadata("edited", object) {
				t.Errorf("%v", err)
			}
		}
	})
	either := filter(t, `{"v":{"in":[0,1]}}`)
	for worker := range 2 {
		searches.Go(func() {
			for n := range 1500 {
				q := engine.Query{K: 3 + n%3, Filter: either, Exact: worker == 0}
				if n%3 != 0 {
					q.Vector = []float32{1, 2}
				}
				if n%3 != 1 {
					q.Text = "common"
				}
				ids := search(t, x, q)
				if slices.Sort(ids); !slices.Equal(ids, hot) {
					t.Errorf("%+v finds %v, want %v", q, ids, hot)
					return
				}
				two := engine.Query{Vector: []float32{1, 2}, Text: "common", K: 2, Fusion: engine.Fusion{Depth: 2}, Exact: true, Filter: either}
				hits, err := x.Search(two)
				if err != nil || len(hits) != 2 || hits[0].ByWords.Score == 0 || hits[1].ByWords.Score == 0 {
					t.Errorf("two of three, which all have the word: %+v, %v", hits, err)
					return
				}
				mixed := engine.Query{Text: words[n%2], K: 3, Filter: filter(t, fmt.Sprintf(`{"v":%d}`, 1-n%2))}
				if ids := search(t, x, mixed); len(ids) != 0 {
					t.Errorf("%v are found by a word and a field that none has together", ids)
					return
				}
				if count, err := x.Count(either); err != nil || count != 3 {
					t.Errorf("%d match, %v", count, err)
					return
				}
				if ids, err := x.Matching(*either); err != nil || !slices.Equal(ids, hot) {
					t.Errorf("%v match, %v", ids, err)
					return
				}
				if page, err := x.Scroll("", 10, either, false); err != nil || len(page) != 3 {
					t.Errorf("a page of %d, %v", len(page), err)
					return
				}
			}
		})
	}
	searches.Wait()
	stop()
	background.Wait()
}
