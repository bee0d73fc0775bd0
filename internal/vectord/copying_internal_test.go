package vectord

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A dropped index that is still being copied keeps the next one of its name from being
// copied to the same place, and from being erased from: not those of other names, and nobody
// beyond the end of a request.
func TestTheNextIndexOfANameWaitsForTheCopyOfTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(context.Background(), Defaults().complete(), slog.New(slog.DiscardHandler), nil)
		dropped, next, other := r.newIndex("x", vector.Shape{}), r.newIndex("x", vector.Shape{}), r.newIndex("y", vector.Shape{})
		for _, x := range []*index{dropped, other} {
			if err := x.copying.Lock(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		copied := 0
		for range 2 {
			go func() {
				if next.copying.Lock(t.Context()) == nil {
					defer next.copying.Unlock()
					copied++
				}
			}()
		}
		if synctest.Wait(); copied > 0 {
			t.Error("it did not wait")
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		if err := next.copying.Lock(left); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left waits on: %v", err)
		}
		dropped.copying.Unlock()
		if synctest.Wait(); copied != 2 {
			t.Errorf("%d of 2 had their turn", copied)
		}
		other.copying.Unlock()
	})
}

// What is said of a snapshot is written once, and then over what was read.
func TestASnapshotIsNotWrittenOver(t *testing.T) {
	s := snapshots{testbed.StartStoraged(t)}
	k := kept{Snapshot: vector.Snapshot{Name: "s", Index: "x"}}
	if err := s.keep(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if err := s.keep(t.Context(), k); !errors.Is(err, storage.ErrPreconditionFailed) {
		t.Errorf("it was written over: %v", err)
	}
	k, err := s.about(t.Context(), "x", "s")
	if err == nil {
		err = s.keep(t.Context(), k)
	}
	if err != nil {
		t.Error(err)
	}
}
