package loading

import (
	"errors"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What passes is tried again: not what a statement, the index or the disk has to be mended for.
func TestWhatPassesForALoad(t *testing.T) {
	for _, kind := range []*wire.Kind{wire.ErrUnavailable, wire.ErrNotReady, wire.ErrPeerTimeout, storage.ErrTooManyWrites, query.ErrTooMany, query.ErrWorkerLost} {
		if !transient(kind.Errorf("no")) {
			t.Errorf("%s ends a load", kind.Code)
		}
	}
	for _, err := range []error{wire.ErrInternal.Errorf("no"), vector.ErrIndexFailed.Errorf("no"), vector.ErrBadItem.Errorf("no"),
		storage.ErrDiskReserve.Errorf("no"), storage.ErrObjectNotFound.Errorf("no"), errors.New("no")} {
		if transient(err) {
			t.Errorf("%v is tried again", err)
		}
	}
}

// The pauses of a load that fails double, differ between loads, and have an end.
func TestPausesOfALoad(t *testing.T) {
	for failed, whole := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 7: time.Minute, 1000: time.Minute} {
		if got := pauseAfter(time.Second, failed, 0); got != whole {
			t.Errorf("after %d: %s, not %s", failed, got, whole)
		}
		if got := pauseAfter(time.Second, failed, .5); got != whole*3/4 {
			t.Errorf("after %d, in the middle: %s", failed, got)
		}
	}
}
