package vectord

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// stored makes an index x in storage, which is not open any more.
func stored(t *testing.T, store *storage.Client) {
	t.Helper()
	r := impatient(t, store)
	r.patience = changePatience // it has to be made
	if _, _, err := r.create(t.Context(), vector.NewIndex{Name: "x", Shape: vector.Shape{Dimension: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := r.close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// An index for which storaged once has no sensible answer is asked for again, and serves.
func TestAStartTriesAgain(t *testing.T) {
	store := testbed.StartStoraged(t)
	stored(t, store)
	client, faults := testbed.Behind(t, store)
	failed := false
	faults.Set(func(r *http.Request) testbed.Fault {
		if failed || !strings.Contains(r.URL.Path, "/generations/") {
			return testbed.None
		}
		failed = true
		return testbed.Failed
	})
	r := impatient(t, client)
	if reads, changes := serves(r, "x"); !failed || !reads || !changes {
		t.Errorf("met: %v, reads: %v, changes: %v; %v", failed, reads, changes, r.notes())
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// The opening of an index ends when the index is dropped, and nothing is left of it.
func TestADropEndsTheOpening(t *testing.T) {
	store := testbed.StartStoraged(t)
	stored(t, store)
	client, faults := testbed.Behind(t, store)
	reading := make(chan struct{}, 1)
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/generations/") {
			return testbed.None
		}
		select {
		case reading <- struct{}{}:
		default:
		}
		return testbed.Stall
	})
	r := newRegistry(t.Context(), Defaults().complete(), slog.New(slog.NewTextHandler(t.Output(), nil)), client)
	started := make(chan struct{})
	go func() {
		defer close(started)
		r.start(func(*index) func() { return func() {} })
	}()
	<-reading
	if err := r.drop(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	<-started
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, folder := range []string{"vectors/", "system/vectord/"} {
		page, err := store.List(t.Context(), folder, "", "", 0)
		if err != nil || len(page.Objects) > 0 {
			t.Errorf("there is still %+v, %v", page.Objects, err)
		}
	}
}
