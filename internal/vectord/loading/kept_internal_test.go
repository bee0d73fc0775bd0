package loading

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
	x := &Target{Name: "x", ID: indexID, Persisted: true}
	ctx, cancel := context.WithCancel(t.Context())
	faults.Set(func(*http.Request) testbed.Fault {
		cancel() // what it is kept for has ended
		return testbed.None
	})
	err := loads{client}.keep(ctx, x, record{})
	if _, headErr := store.Head(t.Context(), key(x.ID)); err != nil || headErr != nil {
		t.Errorf("%v, %v", err, headErr)
	}
}
