package engine

import (
	"fmt"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// While slots are moved an item's text is still where the item comes from, and a hybrid
// search that found the item by its vector alone scores it there. The moment is too short
// to be met from outside.
func TestWordsAreScoredWhereAnItemComesFrom(t *testing.T) {
	x, err := New(Config{Dimension: 2, MaxItems: 100, TextFields: []string{"text"}}, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var list []Item
	for n := range 3 {
		list = append(list, Item{ID: fmt.Sprint(n), Vector: []float32{1, float32(n)}, Metadata: []byte(`{"text":"common"}`)})
	}
	batch, err := x.Check(list)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.Apply(batch); err != nil {
		t.Fatal(err)
	}
	slot, _ := x.names.slot("0")
	const from = 70
	x.words.Moved(slot, from)
	x.names.origins = map[uint32]uint32{slot: from}
	x.names.twins = map[uint32]uint32{from: slot}
	hits, err := x.Search(Query{Vector: []float32{1, 0}, Text: "common", K: 1, Fusion: Fusion{Depth: 1}})
	if err != nil || len(hits) != 1 || hits[0].ID != "0" || hits[0].ByWords.Rank != 0 || hits[0].ByWords.Score == 0 {
		t.Errorf("%+v, %v: want item 0, by its vector, with the score of its word", hits, err)
	}
}
