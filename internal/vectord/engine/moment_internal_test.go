package engine

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// twoSides is an index with words, and puts items into it that all have one word and are
// at one place.
func twoSides(t *testing.T) (x *Index, put func(y float32, ids ...string)) {
	x, err := New(Config{Dimension: 2, MaxItems: 100, TextFields: []string{"text"}}, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x, func(y float32, ids ...string) {
		var list []Item
		for _, id := range ids {
			list = append(list, Item{ID: id, Vector: []float32{1, y}, Metadata: []byte(`{"text":"common"}`)})
		}
		batch, err := x.Check(list)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := x.Apply(batch); err != nil {
			t.Fatal(err)
		}
	}
}

// during lets something happen while a search is under way that has begun.
func during(t *testing.T, x *Index, q *Query, do func(s *seeker)) {
	x.graph.View(func() {
		s := &seeker{x: x, q: q, vector: q.Vector, room: x.rooms.Get().(*room)}
		defer s.leave()
		if err := s.begin(); err != nil {
			t.Fatal(err)
		}
		do(s)
	})
}

// What is added, replaced or deleted after a search began is to the search what it was: one
// that found a later item by its vector would not have its words.
func TestASearchIsOfTheMomentWhenItBegan(t *testing.T) {
	alpha := .9
	for _, exact := range []bool{false, true} {
		for _, k := range []int{2, 3, 9} {
			x, put := twoSides(t)
			put(1, "deleted", "stays", "replaced")
			q := &Query{Vector: []float32{1, 0}, Text: "common", K: k, Fusion: Fusion{Depth: k, Alpha: &alpha}, Exact: exact}
			during(t, x, q, func(s *seeker) {
				put(0, "added", "replaced") // nearer than what there was
				x.Delete([]string{"deleted"})
				found := map[string]bool{}
				for _, h := range s.answer() {
					found[h.ID] = true
					if h.ByWords.Score == 0 || h.Distance < .1 {
						t.Errorf("exact %v, %d: %+v is not as it was", exact, k, h)
					}
				}
				if len(found) != min(k, 3) || found["added"] {
					t.Errorf("exact %v, %d: finds %v", exact, k, found)
				}
			})
			hits, err := x.Search(*q)
			if err != nil || len(hits) != min(k, 3) || hits[0].ID != "added" || hits[1].ID != "replaced" {
				t.Errorf("exact %v, %d: the next search finds %+v, %v", exact, k, hits, err)
			}
		}
	}
}

// An item that is moved after a search found it by its vector, and before it does by its
// words, is one item that both sides found; and one that is moved after it came is as late
// as it was.
func TestAnItemIsMovedDuringASearch(t *testing.T) {
	x, put := twoSides(t)
	put(1, "a", "b")
	q := &Query{Vector: []float32{1, 0}, Text: "common", K: 9, Fusion: Fusion{Ranks: true}}
	during(t, x, q, func(s *seeker) {
		put(0, "late")
		near := s.nearest(9)
		for to, id := range map[uint32]string{70: "a", 71: "late"} {
			from, _ := x.names.slot(id)
			x.names.name(to, "")
			x.names.move(from, to)
		}
		hits := s.hits(s.join(near, s.fitting(9), 9))
		if len(hits) != 2 {
			t.Errorf("finds %+v, want a and b", hits)
		}
		for _, h := range hits {
			if h.ID == "late" || h.ByVector.Rank == 0 || h.ByWords.Rank == 0 {
				t.Errorf("%+v is not what both sides found", h)
			}
		}
		if again := s.nearest(9); len(again) != 2 {
			t.Errorf("finds %+v, want a and b", again)
		}
	})
}
