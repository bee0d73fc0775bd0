package main

import (
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What came after a search was sent may push out what was there, and only that excuses
// an item that is missing.
func TestRecallAmongAdds(t *testing.T) {
	const n = 40
	base := make([]float32, 2*n) // item i is the nearer to the query the higher i is
	for i := range n {
		base[2*i], base[2*i+1] = float32(i)/n, 1
	}
	last := func(id int) float32 { return float32(id) / n }
	for name, c := range map[string]struct {
		there int
		got   []string
		score float32 // of the last answer
		want  float64
	}{
		"all that were there":      {30, []string{"29", "28", "27", "26", "25", "24", "23", "22", "21", "20"}, last(20), 1},
		"ten that came later":      {30, []string{"39", "38", "37", "36", "35", "34", "33", "32", "31", "30"}, last(30), 1},
		"nine answers":             {30, []string{"29", "28", "27", "26", "25", "24", "23", "22", "21"}, last(21), .9},
		"one that is passed over":  {40, []string{"39", "38", "37", "36", "35", "34", "33", "32", "31", "29"}, last(29), .9},
		"before anything was sent": {0, nil, 0, 1},
	} {
		list := make([]vector.Result, len(c.got))
		for i, id := range c.got {
			list[i] = vector.Result{ID: id, Score: c.score}
		}
		got := recallOf([]asked{{query: []float32{1, 0}, there: c.there, results: list}}, base, 2)
		if got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOnlyWhatIsWholeFromTheFirstOnIsThere(t *testing.T) {
	s := &stream{bodies: make([][]byte, 4), acked: make([]bool, 4)}
	for i, step := range []struct{ batch, there int }{{1, 0}, {0, 2}, {3, 2}, {2, 4}} {
		s.answered(step.batch, time.Second, time.Duration(step.batch))
		if got := s.there(); got != step.there*steadyBatch {
			t.Errorf("after %d answers %d items are there, want %d", i+1, got, step.there*steadyBatch)
		}
	}
	if s.late != 3 {
		t.Errorf("the last one was %v late", s.late)
	}
}
