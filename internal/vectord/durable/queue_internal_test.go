package durable

import (
	"context"
	"slices"
	"testing"
)

// What has to see the changes before it begins a group, and a group keeps to its size
// unless its first change alone is larger.
func TestWhatComesTogether(t *testing.T) {
	q := newQueue()
	looks := func() (change, error) { return change{}, nil }
	for _, r := range []*request{
		{change: change{bytes: 3}}, {change: change{bytes: 3}}, {resolve: looks}, {change: change{bytes: 9}},
		{change: change{bytes: 20}}, {change: change{bytes: 1}}, {resolve: looks}, {resolve: looks},
	} {
		r.ctx = context.Background()
		if err := q.put(r); err != nil {
			t.Fatal(err)
		}
	}
	q.close()
	var sizes []int
	for {
		group := q.take(func(sofar int64, r *request) bool { return sofar+r.change.bytes <= 10 })
		if len(group) == 0 {
			break
		}
		sizes = append(sizes, len(group))
	}
	if want := []int{2, 2, 1, 1, 1, 1}; !slices.Equal(sizes, want) {
		t.Errorf("groups of %v, want %v", sizes, want)
	}
	if err := q.put(&request{}); err != ErrClosed {
		t.Errorf("after the end: %v", err)
	}
}
