package durable

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What has to see the changes before it begins a group, and a group keeps to its size
// unless its first change alone is larger.
func TestWhatComesTogether(t *testing.T) {
	q := newQueue(1 << 20)
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

// What waits has a bound, which one alone may exceed and the index's own requests, which hold
// nothing, do not meet. Who takes or leaves makes room.
func TestWhatWaitsIsBounded(t *testing.T) {
	q := newQueue(10)
	of := func(bytes int64) *request { return &request{ctx: context.Background(), change: change{bytes: bytes}} }
	put := func(r *request, fits bool) {
		t.Helper()
		var p *wire.Problem
		switch err := q.put(r); {
		case fits && err != nil:
			t.Errorf("%d bytes: %v", r.change.bytes, err)
		case !fits && (!errors.As(err, &p) || !p.Is(wire.ErrUnavailable) || p.RetryAfter == 0 || p.Fields["limit"] != int64(10)):
			t.Errorf("%d bytes: %v", r.change.bytes, err)
		}
	}
	all := func(int64, *request) bool { return true }
	first, last := of(6), of(4)
	put(first, true)
	put(last, true)
	put(of(1), false)
	put(of(0), true)
	q.leave(first)
	q.leave(first)
	put(of(7), false)
	put(of(6), true)
	if got := q.take(all); len(got) != 3 || got[0] != last {
		t.Errorf("%d are taken", len(got))
	}
	put(of(50), true)
	put(of(1), false)
	if got := q.drain(); len(got) != 1 {
		t.Errorf("%d are taken", len(got))
	}
	put(of(10), true)
}

// Who leaves takes its change along, unless that has its turn by then.
func TestWhoLeavesLeavesTheQueue(t *testing.T) {
	x, err := Create(t.Context(), small(nil))
	if err != nil {
		t.Fatal(err)
	}
	turn, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_, err := x.submit(&request{ctx: t.Context(), resolve: func() (change, error) {
			close(turn)
			<-end
			return change{}, nil
		}})
		if err != nil {
			t.Error(err)
		}
	})
	<-turn
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 200 {
		if _, err := x.Add(gone, named("nobody", 1)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if got := x.queue.drain(); len(got) > 0 {
		t.Errorf("%d wait, and nobody for them", len(got))
	}
	close(end)
	group.Wait()
	if err := x.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// When storaged does not say what became of a change, all that wait for it are told so at
// once, and not one after the other, each after as long.
func TestAllThatWaitAreAnswered(t *testing.T) {
	client, f := testbed.Behind(t, testbed.StartStoraged(t))
	o := small(client)
	o.Limits.GroupBytes, o.Limits.Pause, o.Engine.MaxItems = 1, time.Millisecond, 100
	x, err := Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	const adds = 20
	var asked atomic.Int64
	all := make(chan struct{})
	f.Set(func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/log/") {
			return testbed.None
		}
		asked.Add(1)
		<-all
		return testbed.Reset
	})
	var group sync.WaitGroup
	for range adds {
		group.Go(func() {
			if _, err := x.Add(t.Context(), named("a", 1)); !errors.Is(err, wire.ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	testbed.Until(t, "one has its turn, and the others wait", func() bool {
		x.queue.mu.Lock()
		defer x.queue.mu.Unlock()
		return len(x.queue.waiting) == adds-1
	})
	close(all)
	group.Wait()
	if n := asked.Load(); n > 2*tries {
		t.Errorf("storaged was asked %d times", n)
	}
	f.Set(nil)
	if _, err := x.Add(t.Context(), named("b", 1)); err != nil {
		t.Error(err)
	}
	if err := x.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
