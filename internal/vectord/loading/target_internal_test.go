package loading

import (
	"errors"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What may not cross something else is told what that is: there is no load to cancel where
// none runs.
func TestWhatHoldsLoadsIsNamed(t *testing.T) {
	store := testbed.StartStoraged(t)
	l, x := loader(t, store, time.Minute), targetOf(create(t, store))
	done, err := x.Hold("an erasure")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Hold("a restoration"); !errors.Is(err, vector.ErrIndexLoading) || !strings.Contains(err.Error(), "an erasure of the index x runs, which a restoration would cross") {
		t.Error(err)
	}
	if _, err := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1"}); !errors.Is(err, vector.ErrIndexLoading) {
		t.Error(err)
	}
	done()
	if _, err := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1"}); err != nil {
		t.Error(err)
	}
	if _, err := x.Hold("a restoration"); !errors.Is(err, vector.ErrLoadRunning) {
		t.Error(err)
	}
	l.Close()
}
