package loading

import (
	"errors"
	"testing"

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
