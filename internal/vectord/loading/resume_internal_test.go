package loading

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// begun is an index with a load that the end of the daemon broke off, behind faults.
func begun(t *testing.T) (*Target, *Loader, *testbed.Faults) {
	t.Helper()
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	x := targetOf(create(t, store))
	load := record{Load: vector.Load{NewLoad: vector.NewLoad{SQL: "SELECT 1"}, State: vector.LoadRunning}}
	if err := (loads{store}).keep(t.Context(), x, load); err != nil {
		t.Fatal(err)
	}
	l := loader(t, client, time.Minute)
	t.Cleanup(l.Close)
	return x, l, faults
}

// reading tells a request that reads what is kept of a load.
func reading(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/load.json")
}

// A load goes on after a restart, whatever passes while that finds out.
func TestALoadGoesOnAfterWhatPasses(t *testing.T) {
	x, l, faults := begun(t)
	listed, read := false, false
	faults.Set(func(r *http.Request) testbed.Fault {
		seen := &listed
		if reading(r) {
			seen = &read
		}
		if *seen {
			return testbed.None
		}
		*seen = true
		return testbed.TooMany
	})
	serves := l.Resume(x)
	if !listed || !read || !x.Running() {
		t.Errorf("refused once each: %t, %t; it runs: %t", listed, read, x.Running())
	}
	serves()
}

// What cannot be read of a load, however often, does not keep its index from serving: it is
// lost, and the next load replaces it.
func TestALoadThatCannotBeReadIsLost(t *testing.T) {
	x, l, faults := begun(t)
	faults.Set(func(r *http.Request) testbed.Fault {
		if reading(r) {
			return testbed.CutAnswer
		}
		return testbed.None
	})
	l.Resume(x)()
	if load, err := l.Current(t.Context(), x); err != nil || load.State != vector.LoadLost || load.Problem == nil {
		t.Errorf("%+v, %v", load, err)
	}
	if _, err := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 2"}); err != nil || !x.Running() {
		t.Error(err)
	}
}

// Nobody waits to know of the load of an index that is dropped meanwhile.
func TestALoadOfAnIndexThatGoesIsNotWaitedFor(t *testing.T) {
	x, l, faults := begun(t)
	gone, tries := make(chan struct{}), 0
	x.Gone = gone
	faults.Set(func(*http.Request) testbed.Fault {
		switch tries++; tries {
		case 1:
			return testbed.Reset
		case 2:
			close(gone)
		}
		return testbed.Stall
	})
	l.Resume(x)()
	if x.Running() {
		t.Error("it runs")
	}
}

// How a load ended is known after a restart, also where writing it was refused at first.
func TestTheEndOfALoadIsKeptAfterARefusal(t *testing.T) {
	x, l, faults := begun(t)
	if _, err := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 2"}); err != nil {
		t.Fatal(err)
	}
	faults.Set(writing(testbed.TooMany, testbed.None))
	if load, err := l.Cancel(t.Context(), x); err != nil || load.State != vector.LoadCancelled {
		t.Errorf("%+v, %v", load, err)
	}
	if kept, err := l.loads.last(t.Context(), x); err != nil || kept.State != vector.LoadCancelled {
		t.Errorf("kept is %s, %v", kept.State, err)
	}
}
