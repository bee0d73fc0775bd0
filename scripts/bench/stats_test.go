package main

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	if got := median([]time.Duration{9, 1, 5}); got != 5 {
		t.Errorf("median of 9, 1, 5 is %d", got)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of 4, 1, 3, 2 is %v", got)
	}
}

func TestAlternateChangesWhoGoesFirst(t *testing.T) {
	var order []string
	side := func(name string, d time.Duration) func(int) (time.Duration, error) {
		return func(int) (time.Duration, error) {
			order = append(order, name)
			return d, nil
		}
	}
	a, b, err := alternate(2, side("ours", 1), side("peer", 2))
	if err != nil || !slices.Equal(a, []time.Duration{1, 1}) || !slices.Equal(b, []time.Duration{2, 2}) {
		t.Errorf("measured %v and %v, %v", a, b, err)
	}
	if want := []string{"ours", "peer", "peer", "ours"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	failure := errors.New("down")
	_, _, err = alternate(1, side("ours", 1), func(int) (time.Duration, error) { return 0, failure })
	if !errors.Is(err, failure) {
		t.Errorf("a failing side is not reported: %v", err)
	}
}

func TestTableShowsTheRatio(t *testing.T) {
	got := table([]row{{what: "x", ours: value{70, "MB/s"}, peer: value{100, "MB/s"}, who: "DuckDB"}})
	const want = "| what | Lakehouse | peer | the peer | ratio | |\n|---|---:|---:|---|---:|---|\n" +
		"| x | 70.0 MB/s | 100 MB/s | DuckDB | 0.70 | more is better |\n"
	if got != want {
		t.Errorf("table is\n%s", got)
	}
}
