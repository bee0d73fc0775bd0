package vectord

import (
	"errors"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What may not cross something else is told what that is: there is no load to cancel where
// none runs.
func TestWhatHoldsLoadsIsNamed(t *testing.T) {
	l, r := impatientLoader(t, testbed.StartStoraged(t))
	x, _, err := r.create(t.Context(), vector.NewIndex{Name: "x", Shape: vector.Shape{Dimension: 2}})
	if err != nil {
		t.Fatal(err)
	}
	done, err := l.hold(x, "an erasure")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.hold(x, "a restoration"); !errors.Is(err, vector.ErrIndexLoading) || !strings.Contains(err.Error(), "an erasure of the index x runs, which a restoration would cross") {
		t.Error(err)
	}
	if _, err := l.start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1"}); !errors.Is(err, vector.ErrIndexLoading) {
		t.Error(err)
	}
	done()
	if _, err := l.start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1"}); err != nil {
		t.Error(err)
	}
	if _, err := l.hold(x, "a restoration"); !errors.Is(err, vector.ErrLoadRunning) {
		t.Error(err)
	}
	l.close()
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}
