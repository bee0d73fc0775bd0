package measure

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	if got := Median([]time.Duration{9, 1, 5}); got != 5 {
		t.Errorf("median of 9, 1, 5 is %d", got)
	}
	if got := Median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median of 4, 1, 3, 2 is %v", got)
	}
}

func TestAlternateChangesWhoGoesFirst(t *testing.T) {
	var order []string
	named := func(name string, d time.Duration) Side[time.Duration] {
		return func(int) (time.Duration, error) {
			order = append(order, name)
			return d, nil
		}
	}
	took, err := Alternate(2, named("ours", 1), named("disk", 2), named("peer", 3))
	if err != nil {
		t.Fatal(err)
	}
	for at, d := range []time.Duration{1, 2, 3} {
		if !slices.Equal(took[at], []time.Duration{d, d}) {
			t.Errorf("side %d took %v, want %v twice", at, took[at], d)
		}
	}
	if want := []string{"ours", "disk", "peer", "disk", "peer", "ours"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	failure := errors.New("down")
	_, err = Alternate(1, named("ours", 1), func(int) (time.Duration, error) { return 0, failure })
	if !errors.Is(err, failure) {
		t.Errorf("a failing side is not reported: %v", err)
	}
}

func TestTableShowsTheRatio(t *testing.T) {
	got := Table([]Row{{What: "x", Ours: Of(70, "MB/s"), Peer: Of(100, "MB/s"), Who: "DuckDB"}})
	const want = "| what | Lakehouse | peer | the peer | ratio | |\n|---|---:|---:|---|---:|---|\n" +
		"| x | 70.0 MB/s | 100 MB/s | DuckDB | 0.70 | more is better |\n"
	if got != want {
		t.Errorf("table is\n%s", got)
	}
}
