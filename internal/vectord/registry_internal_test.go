package vectord

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// impatient is a registry that waits for storaged no longer than a moment, and has read the
// names of its indexes.
func impatient(t *testing.T, store *storage.Client) *registry {
	t.Helper()
	r := newRegistry(t.Context(), Defaults().complete(), slog.New(slog.NewTextHandler(t.Output(), nil)), store)
	r.patience = 600 * time.Millisecond
	r.start(func(*index) func() { return func() {} })
	return r
}

// busyAt lets storaged not answer what is asked of a key.
func busyAt(word string) func(*http.Request) testbed.Fault {
	return func(r *http.Request) testbed.Fault {
		if strings.Contains(r.URL.Path, word) {
			return testbed.Busy
		}
		return testbed.None
	}
}

// serves tells whether an index is there, for searches and for changes.
func serves(r *registry, name string) (reads, changes bool) {
	x, err := r.find(name)
	if err != nil {
		return false, false
	}
	if _, leave, err := x.enter(); err == nil {
		leave()
		reads = true
	}
	if _, leave, err := x.enterToChange(); err == nil {
		leave()
		changes = true
	}
	return reads, changes
}

// A drop for which storaged has no answer is given up within its bound: then nothing of it
// has happened, other names can be changed, and the same again is made. Where its last step
// may have been made it goes on by itself, and is whole then; other names wait for none of it.
func TestADropThatStoragedDoesNotAnswer(t *testing.T) {
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	r := impatient(t, client)
	ctx := t.Context()
	made := func(change func() error) {
		t.Helper()
		moment := r.patience
		r.patience = changePatience
		defer func() { r.patience = moment }()
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	create := func(name string) {
		t.Helper()
		made(func() error {
			_, _, err := r.create(ctx, vector.NewIndex{Name: name, Shape: vector.Shape{Dimension: 2}})
			return err
		})
	}
	create("x")
	made(func() error {
		_, err := r.setAlias(ctx, "ax", "x")
		return err
	})
	faults.Set(func(r *http.Request) testbed.Fault {
		if strings.Contains(r.URL.Path, "/condemned/") {
			return testbed.CutAnswer // what is noted is noted
		}
		return testbed.None
	})
	if p := wire.AsProblem(r.drop(ctx, "x")); !p.Is(wire.ErrUnavailable) || !strings.Contains(p.Detail, "nothing was changed") {
		t.Error(p)
	}
	if reads, changes := serves(r, "ax"); !reads || !changes {
		t.Errorf("after a drop that was given up: %v, %v", reads, changes)
	}
	create("y")
	faults.Set(nil)
	testbed.Until(t, "nobody takes it for one that loses its name", func() bool {
		ids, err := r.names.condemned(ctx)
		return len(ids) == 0 && err == nil
	})

	faults.Set(busyAt("/names/x.json"))
	testbed.Until(t, "it goes on", func() bool { return goesOnByItself(r.drop(ctx, "x")) }) // it may be given up before its last step
	if reads, changes := serves(r, "ax"); !reads || changes {
		t.Errorf("while it goes on: %v, %v", reads, changes)
	}
	create("z")
	if err := r.drop(ctx, "x"); !goesOnByItself(err) {
		t.Errorf("the same again is answered by %v", err)
	}
	faults.Set(busyAt("/names/ax.json"))
	testbed.Until(t, "it is gone", func() bool {
		_, err := r.find("x")
		return err != nil
	})
	if _, err := r.find("ax"); err == nil {
		t.Error("its alias is still there")
	}

	// An alias whose object is left leads nowhere, also when its names are given again.
	if _, _, err := r.create(ctx, vector.NewIndex{Name: "x", Shape: vector.Shape{Dimension: 2}}); err == nil {
		t.Error("an index has the name before the alias that led to it is gone")
	}
	faults.Set(nil)
	create("x")
	if err := r.close(ctx); err != nil {
		t.Error(err)
	}
	r = impatient(t, store)
	for name, want := range map[string]bool{"x": true, "y": true, "z": true, "ax": false} {
		if reads, _ := serves(r, name); reads != want {
			t.Errorf("after a restart %s is there: %v", name, reads)
		}
	}
	if err := r.close(ctx); err != nil {
		t.Error(err)
	}
}

// Indexes are closed side by side: one that somebody is inside of keeps no other waiting.
func TestIndexesAreClosedSideBySide(t *testing.T) {
	r := impatient(t, testbed.StartStoraged(t))
	var leaving []func()
	for _, name := range []string{"a", "b", "c"} {
		x, _, err := r.create(t.Context(), vector.NewIndex{Name: name, Shape: vector.Shape{Dimension: 2}})
		if err != nil {
			t.Fatal(err)
		}
		_, leave, err := x.enter()
		if err != nil {
			t.Fatal(err)
		}
		leaving = append(leaving, leave)
	}
	all, closed := r.list(), make(chan error, 1)
	go func() { closed <- r.close(t.Context()) }()
	for _, x := range all {
		select {
		case <-x.gone:
		case <-time.After(time.Minute):
			t.Fatalf("%s waits for another one", x.name)
		}
	}
	for _, leave := range leaving {
		leave()
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
