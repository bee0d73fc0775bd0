package engine

import (
	"runtime"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// A change of metadata waits for whoever writes to the index of words, as a compaction does;
// searches by words and a filter do not wait with it.
func TestSearchesDoNotWaitWithAChange(t *testing.T) {
	x, err := New(Config{Dimension: 2, MaxItems: 100, TextFields: []string{"text"}}, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	batch, err := x.Check([]Item{{ID: "a", Vector: []float32{1, 0}, Metadata: []byte(`{"v":0,"text":"word"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.Apply(batch); err != nil {
		t.Fatal(err)
	}
	edited, err := metadata.Read([]byte(`{"v":1,"text":"other"}`))
	if err != nil {
		t.Fatal(err)
	}
	old, err := metadata.ParseFilter([]byte(`{"v":0}`))
	if err != nil {
		t.Fatal(err)
	}
	var edit sync.WaitGroup
	x.words.SetWordsWith(50, lexical.Read("elsewhere"), func(publish func()) {
		edit.Go(func() { x.SetMetadata("a", edited) })
		for x.writes.TryLock() { // until the change has begun
			x.writes.Unlock()
			runtime.Gosched()
		}
		for range 1000 {
			if hits, err := x.Search(Query{Text: "word", Filter: &old, K: 1}); err != nil || len(hits) != 1 {
				t.Errorf("%v, %v", hits, err)
			}
			runtime.Gosched()
		}
		publish()
	})
	edit.Wait()
	if hits, err := x.Search(Query{Text: "other", K: 1}); err != nil || len(hits) != 1 {
		t.Errorf("%v, %v", hits, err)
	}
}
