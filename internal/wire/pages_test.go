package wire

import (
	"errors"
	"slices"
	"testing"
)

// numbered lists the numbers below n in pages of two, and counts the pages that it gave.
// It fails at the cursor bad.
func numbered(n int, bad string, fetched *int) func(cursor string) ([]int, *string, error) {
	cursors := []string{"", "second", "third", "fourth"}
	return func(cursor string) ([]int, *string, error) {
		if cursor == bad {
			return []int{-1}, nil, errAway
		}
		*fetched++
		at := slices.Index(cursors, cursor)
		page := []int{}
		for i := 2 * at; i < min(n, 2*at+2); i++ {
			page = append(page, i)
		}
		if 2*at+2 >= n {
			return page, nil, nil
		}
		return page, &cursors[at+1], nil
	}
}

var errAway = errors.New("the service is away")

func TestListingsOfAnyLength(t *testing.T) {
	for n := range 8 {
		fetched := 0
		got, err := Gather(Items(numbered(n, "none", &fetched)))
		if err != nil || got == nil || len(got) != n || !slices.IsSorted(got) || fetched != max(1, (n+1)/2) {
			t.Errorf("%d: %v, %v, in %d pages", n, got, err, fetched)
		}
	}
}

// TestAListingThatBreaksOff gives what it had, and then why there is no more.
func TestAListingThatBreaksOff(t *testing.T) {
	fetched := 0
	var got []int
	var failed error
	for i, err := range Items(numbered(7, "third", &fetched)) {
		if failed != nil {
			t.Fatal("it goes on after an error")
		}
		if failed = err; err == nil {
			got = append(got, i)
		}
	}
	if !slices.Equal(got, []int{0, 1, 2, 3}) || !errors.Is(failed, errAway) {
		t.Errorf("%v, %v", got, failed)
	}
	if list, err := Gather(Items(numbered(7, "third", &fetched))); list != nil || !errors.Is(err, errAway) {
		t.Errorf("gathered: %v, %v", list, err)
	}
}

// TestAListingThatIsLeft fetches no further page.
func TestAListingThatIsLeft(t *testing.T) {
	fetched := 0
	for i, err := range Items(numbered(7, "none", &fetched)) {
		if err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			break
		}
	}
	if fetched != 2 {
		t.Errorf("%d pages were fetched", fetched)
	}
}
