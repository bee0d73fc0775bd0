package vectord

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Where storaged reads and does not remove, indexes are opened all the same, and what is to be
// removed is known before there is any of them to erase from.
func TestAStartWhereNothingIsRemoved(t *testing.T) {
	store := testbed.StartStoraged(t)
	r := people(t, store)
	r.patience = changePatience
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{x.pointer.ID, "zzz-without-a-name"} {
		if err := r.names.condemn(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.names.put(t.Context(), "dangling", pointer{AliasOf: "gone"}, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.close(t.Context()); err != nil {
		t.Fatal(err)
	}

	client, faults := testbed.Behind(t, store)
	faults.Set(func(req *http.Request) testbed.Fault {
		if req.Method == http.MethodDelete || req.Method == http.MethodPost {
			return testbed.Busy
		}
		return testbed.None
	})
	r = newRegistry(t.Context(), Defaults().complete(), slog.New(slog.NewTextHandler(t.Output(), nil)), client)
	r.patience = time.Second
	go r.start(func(*index) func() { return func() {} })
	testbed.Until(t, "x is known", func() bool {
		_, err := r.find("x")
		return err == nil
	})
	if r.left("x") == nil {
		t.Error("an erasure would not wait for what has no name")
	}
	testbed.Until(t, "x serves", func() bool {
		reads, changes := serves(r, "x")
		return reads && changes
	})
	if _, err := r.find("dangling"); err == nil {
		t.Error("the alias leads somewhere")
	}
	faults.Set(nil)
	testbed.Until(t, "nothing is left", func() bool { return r.left("x") == nil })
	testbed.Until(t, "nothing is condemned", func() bool { return len(keysOf(t, store, condemnedFolder)) == 0 })
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}
