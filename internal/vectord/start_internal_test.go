package vectord

import (
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
