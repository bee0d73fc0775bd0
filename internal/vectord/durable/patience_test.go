package durable_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A storaged that keeps a call waiting for longer than there is patience does not answer: that
// is a 503 which names it, whatever was asked of the index.
func TestStoragedKeepsACallWaiting(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.Patience = 2 * time.Second
	x := create(t, o)
	stalled := func(what, method, word string, call func() error) {
		t.Helper()
		f.Set(func(r *http.Request) testbed.Fault {
			if r.Method == method && strings.Contains(r.URL.Path, word) {
				return testbed.Stall
			}
			return testbed.None
		})
		defer f.Set(nil)
		err := call()
		if p := wire.AsProblem(err); !errors.Is(err, wire.ErrUnavailable) || p.Fields["service"] != "storaged" || !durable.Passes(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	stalled("acknowledge, before it", http.MethodHead, "/log/", func() error { return x.Acknowledge(t.Context()) })
	stalled("acknowledge", http.MethodDelete, "/damage", func() error { return x.Acknowledge(t.Context()) })
	stalled("erase", http.MethodGet, "/storage/buckets", func() error {
		_, err := x.Erase(t.Context(), durable.Selection{IDs: []string{"nobody"}})
		return err
	})
	shut(t, x)
	o.Limits.Patience = 50 * time.Millisecond
	stalled("open", http.MethodGet, "/storage/buckets", func() error {
		_, err := durable.Open(t.Context(), o, nil)
		return err
	})
	o.ID = "0199-other"
	stalled("create", http.MethodGet, "/storage/buckets", func() error {
		_, err := durable.Create(t.Context(), o)
		return err
	})
}
