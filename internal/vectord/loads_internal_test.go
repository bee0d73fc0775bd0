package vectord

import (
	"context"
	"net/http"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// What is kept of a load is written, or is not, when whoever writes it has left: written later
// it would be there when the index is dropped.
func TestWhatIsKeptOfALoadComesNotLate(t *testing.T) {
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	r := people(t, client)
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	faults.Set(func(*http.Request) testbed.Fault {
		cancel() // what it is kept for has ended
		return testbed.None
	})
	err = loads{client}.keep(ctx, x, record{})
	if _, headErr := store.Head(t.Context(), loadKey(x.pointer.ID)); err != nil || headErr != nil {
		t.Errorf("%v, %v", err, headErr)
	}
	faults.Set(nil)
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}
