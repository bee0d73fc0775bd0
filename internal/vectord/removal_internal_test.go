package vectord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// keysOf lists what lies under a prefix.
func keysOf(t *testing.T, store *storage.Client, prefix string) (keys []string) {
	t.Helper()
	for page, err := range store.Listings(t.Context(), prefix, "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// unnamedKeys lists what lies in folders of indexes that have no name.
func unnamedKeys(t *testing.T, r *registry, store *storage.Client) []string {
	t.Helper()
	return slices.DeleteFunc(keysOf(t, store, vectorsFolder), func(key string) bool {
		named := slices.ContainsFunc(r.list(), func(x *index) bool { return strings.HasPrefix(key, vectorsFolder+x.pointer.ID+"/") })
		return named || !isIndexFolder(vectorsFolder+strings.Split(key, "/")[1]+"/")
	})
}

// What the end of a daemon leaves of a restoration that has not got its name is gone when the
// next one has started, young as it is; and so is what notes it.
func TestAStartLeavesNothingOfARestoration(t *testing.T) {
	for what, change := range changesOfNames(t) {
		if !strings.HasPrefix(what, "restore") {
			continue
		}
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			client, faults := testbed.Behind(t, store)
			r := people(t, client)
			faults.Set(unanswered(t, store, change.key, false))
			testbed.Until(t, "it goes on", func() bool { return goesOnByItself(change.do(r)) })
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
			if left := unnamedKeys(t, r, store); len(left) == 0 {
				t.Fatal("nothing is left that could be removed")
			}
			r = impatient(t, store)
			r.patience = changePatience
			x, err := r.find("x")
			if err == nil {
				err = r.nothingLeft(t.Context(), x)
			}
			if err != nil {
				t.Fatal(err)
			}
			if left := unnamedKeys(t, r, store); len(left) > 0 {
				t.Errorf("there is still %v", left)
			}
			testbed.Until(t, "nothing is condemned", func() bool { return len(keysOf(t, store, condemnedFolder)) == 0 })
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// brokenOff are what breaks a change of a snapshot off, and what is left of it then.
func brokenOff() map[string]struct {
	busy func(*http.Request) bool
	do   func(context.Context, *registry, *index) error
} {
	under := func(method, suffix string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return r.Method == method && strings.HasSuffix(r.URL.Path, suffix) || r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/index")
		}
	}
	return map[string]struct {
		busy func(*http.Request) bool
		do   func(context.Context, *registry, *index) error
	}{
		"made": {under(http.MethodPut, "/about.json"), func(ctx context.Context, r *registry, x *index) error {
			_, err := r.takeSnapshot(ctx, x, "t")
			return err
		}},
		"removed": {under(http.MethodDelete, "/index"), func(ctx context.Context, r *registry, x *index) error {
			return r.dropSnapshot(ctx, x.name, "s")
		}},
	}
}

// A snapshot that was made or removed by half is none: nothing of it stays beyond the next
// start, nor, when storaged answers again, until then.
func TestNothingStaysOfASnapshotByHalf(t *testing.T) {
	for what, change := range brokenOff() {
		for _, ends := range []bool{true, false} {
			t.Run(what, func(t *testing.T) {
				store := testbed.StartStoraged(t)
				client, faults := testbed.Behind(t, store)
				r := people(t, client)
				x, err := r.find("x")
				if err != nil {
					t.Fatal(err)
				}
				before := keysOf(t, store, snapshotsFolder)
				if what == "removed" {
					before = nil
				}
				faults.Set(func(req *http.Request) testbed.Fault {
					if change.busy(req) {
						return testbed.Busy
					}
					return testbed.None
				})
				if err := change.do(t.Context(), r, x); !errors.Is(err, wire.ErrUnavailable) {
					t.Fatal(err)
				}
				list, err := r.snapshots.list(t.Context(), "x")
				if err != nil || slices.ContainsFunc(list, func(s vector.Snapshot) bool { return s.Damage != "" }) {
					t.Errorf("there is %+v, %v", list, err)
				}
				if ends {
					if err := r.close(t.Context()); err != nil {
						t.Error(err)
					}
					r = impatient(t, store)
					if x, err = r.find("x"); err != nil {
						t.Fatal(err)
					}
				} else {
					faults.Set(nil)
				}
				r.patience = changePatience
				if err := r.nothingLeft(t.Context(), x); err != nil {
					t.Fatal(err)
				}
				if now := keysOf(t, store, snapshotsFolder); !slices.Equal(now, before) {
					t.Errorf("there is %v, want %v", now, before)
				}
				if err := r.close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A snapshot that was removed by half is removed by who asks again, and then there is none.
func TestARemovalOfASnapshotIsAskedForAgain(t *testing.T) {
	store := testbed.StartStoraged(t)
	r := people(t, store)
	if err := store.Delete(t.Context(), aboutKey("x", "s")); err != nil { // as far as it came
		t.Fatal(err)
	}
	if err := r.dropSnapshot(t.Context(), "x", "s"); err != nil {
		t.Error(err)
	}
	if left := keysOf(t, store, snapshotsFolder); len(left) > 0 {
		t.Errorf("there is still %v", left)
	}
	if err := r.dropSnapshot(t.Context(), "x", "s"); !errors.Is(err, vector.ErrSnapshotNotFound) {
		t.Errorf("once more: %v", err)
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A snapshot that is removed while it is restored or listed is not there, and not damaged.
func TestASnapshotThatIsRemovedMeanwhileIsNotDamaged(t *testing.T) {
	for what, do := range map[string]func(*registry) error{
		"restored": func(r *registry) error {
			_, err := r.restore(t.Context(), "x", vector.Restore{Snapshot: "s", As: "n"}, nil)
			if errors.Is(err, vector.ErrSnapshotNotFound) {
				err = nil
			}
			return err
		},
		"listed": func(r *registry) error {
			list, err := r.snapshots.list(t.Context(), "x")
			if len(list) > 0 {
				t.Errorf("there is %+v", list)
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			client, faults := testbed.Behind(t, store)
			r := people(t, client)
			faults.Set(func(req *http.Request) testbed.Fault {
				if strings.HasSuffix(req.URL.Path, copyKey("x", "s")) { // about.json was read
					if _, err := store.DeleteUnder(req.Context(), snapshotFolder("x", "s")); err != nil {
						t.Error(err)
					}
				}
				return testbed.None
			})
			if err := do(r); err != nil {
				t.Error(err)
			}
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// An index that was restored is not condemned any more when that is answered, so that a name
// that is damaged later leaves no doubt of it.
func TestARestoredIndexIsNotCondemned(t *testing.T) {
	for what, change := range changesOfNames(t) {
		if !strings.HasPrefix(what, "restore") {
			continue
		}
		store := testbed.StartStoraged(t)
		r := people(t, store)
		r.patience = changePatience
		if err := change.do(r); err != nil {
			t.Fatal(err)
		}
		x, err := r.find(strings.TrimSuffix(change.key, ".json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.nothingLeft(t.Context(), x); err != nil {
			t.Error(err)
		}
		if left := keysOf(t, store, condemnedFolder); len(left) > 0 {
			t.Errorf("%s: there is still %v", what, left)
		}
		if err := r.close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// A restoration that broke off is waited for by erasures from the index whose name it was to
// have, and from the one whose items it holds; others do not wait.
func TestErasuresWaitForARestorationUnderAnotherName(t *testing.T) {
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	r := people(t, client)
	r.patience = 2 * time.Second
	faults.Set(func(req *http.Request) testbed.Fault {
		if req.Method == http.MethodDelete {
			return testbed.Busy
		}
		return testbed.None
	})
	r.changes <- struct{}{}
	if _, err := r.restore(t.Context(), "x", vector.Restore{Snapshot: "s", As: "n"}, nil); !errors.Is(err, errNotBegun) {
		t.Fatal(err)
	}
	<-r.changes
	for name, waits := range map[string]bool{"x": true, "n": true, "y": false} {
		if left := r.left(name) != nil; left != waits {
			t.Errorf("an erasure from %s waits: %v", name, left)
		}
	}
	faults.Set(nil)
	testbed.Until(t, "it is removed", func() bool { return r.left("x") == nil && r.left("n") == nil })
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A snapshot whose name is taken is not touched, and never condemned.
func TestASnapshotThatIsThereIsNotCondemned(t *testing.T) {
	store := testbed.StartStoraged(t)
	client, faults := testbed.Behind(t, store)
	r := people(t, client)
	r.patience = changePatience
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	faults.Set(func(req *http.Request) testbed.Fault {
		if req.Method == http.MethodPut {
			t.Errorf("%s is written", req.URL.Path)
		}
		return testbed.None
	})
	if _, err := r.takeSnapshot(t.Context(), x, "s"); !errors.Is(err, vector.ErrSnapshotExists) {
		t.Error(err)
	}
	if r.left("x") != nil {
		t.Error("an erasure would wait for it")
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// What a damaged name may have led to is not removed however long an erasure waits: it is
// refused at once, and told what helps.
func TestAnErasureBesideADamagedName(t *testing.T) {
	store := testbed.StartStoraged(t)
	r := people(t, store)
	r.patience = changePatience
	y, err := r.find("y")
	if err == nil {
		err = r.names.condemn(t.Context(), y.pointer.ID)
	}
	if err == nil {
		_, _, err = store.Put(t.Context(), nameKey("y"), strings.NewReader("{"), 1, storage.Condition{})
	}
	if err == nil {
		err = r.close(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	r = impatient(t, store)
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	r.patience = time.Hour
	if err := r.nothingLeft(t.Context(), x); err == nil || !strings.Contains(wire.AsProblem(err).Detail, "y") || !strings.Contains(wire.AsProblem(err).Detail, "restart vectord") {
		t.Errorf("%v", err)
	}
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}
