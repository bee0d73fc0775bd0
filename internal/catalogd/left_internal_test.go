package catalogd

import (
	"context"
	"errors"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestClientLeavesTheQueue: a client that leaves while its registration waits for
// another commit makes no version, and the copies made for it are removed.
func TestClientLeavesTheQueue(t *testing.T) {
	e := newEngine(t, Defaults())
	e.load1(t, catalog.Append, 1)
	before := e.keys(t, datasetsPrefix)
	ds := e.dir.open(catalog.Name{Namespace: "default", Name: "n"})
	queued := make(chan struct{})
	ds.token <- struct{}{} // somebody commits
	ds.mu.Lock()
	ds.full, ds.expected = queued, 1
	ds.mu.Unlock()

	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ended := make(chan error)
	reg := e.registrationOf(t, catalog.Registration{Name: "n", Mode: catalog.Append}, 2)
	go func() {
		_, _, err := e.register(ctx, reg)
		ended <- err
	}()
	<-queued
	if copied := e.keys(t, datasetsPrefix); len(copied) != len(before)+1 {
		t.Errorf("%d copies are made, not one", len(copied)-len(before))
	}
	leave()
	<-ds.token
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the registration ended with %v", err)
	}
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, before) {
		t.Errorf("it has changed:\n%s", differences(left, before))
	}
}
