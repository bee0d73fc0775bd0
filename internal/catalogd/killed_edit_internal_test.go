package catalogd

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// dying gives a client of a daemon that is killed at its nth change of storage,
// before it or after: no request of it arrives from then on. died says whether that
// came.
func dying(t *testing.T, s *storage.Client, n int64, after bool) (client *storage.Client, died *atomic.Bool) {
	t.Helper()
	target, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	var changes atomic.Int64
	died = &atomic.Bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		change := r.Method == http.MethodPut || r.Method == http.MethodDelete
		last := change && changes.Add(1) == n
		if last && after {
			forward.ServeHTTP(httptest.NewRecorder(), r)
		}
		if last {
			died.Store(true)
		}
		if died.Load() {
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	mortal := *s
	mortal.Base = server.URL
	return &mortal, died
}

// do commits an edit.
func (e *engine) do(t *testing.T, name, op string, a alteration) error {
	t.Helper()
	n, err := catalog.ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	ed, err := newEdit(op, a, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.edit(t.Context(), n, ed)
	return err
}

func (e *engine) drop(t *testing.T, name string) error {
	return e.do(t, name, "drop", datasets().drop(plain(name)))
}

func (e *engine) undrop(t *testing.T, name, id string) error {
	return e.do(t, name, "restore", datasets().restore(plain(name), id))
}

// TestKilledWhileDropping kills the daemon at each change of storage that a drop, a
// restore and a deletion make. Whoever comes after it finds the dataset there or
// restorable, never both nor neither, or goes on to delete it.
func TestKilledWhileDropping(t *testing.T) {
	for op, ways := range map[string]struct {
		before func(e *engine, name, id string) error
		work   func(e *engine, name, id string) error
		after  func(e *engine, name, id string, acknowledged bool) error
	}{
		"drop": {
			before: func(*engine, string, string) error { return nil },
			work:   func(e *engine, name, _ string) error { return e.drop(t, name) },
			after:  func(e *engine, name, id string, done bool) error { return e.whole(t, name, id, !done, true) },
		},
		"restore": {
			before: func(e *engine, name, _ string) error { return e.drop(t, name) },
			work:   func(e *engine, name, id string) error { return e.undrop(t, name, id) },
			after:  func(e *engine, name, id string, done bool) error { return e.whole(t, name, id, true, !done) },
		},
		"delete": {
			before: func(e *engine, name, _ string) error { return e.drop(t, name) },
			work: func(e *engine, _, _ string) error {
				e.deleteDroppedOnce(t.Context(), time.Now().Add(365*24*time.Hour))
				return nil
			},
			after: func(e *engine, name, id string, _ bool) error { return e.deleted(t, name, id) },
		},
	} {
		for n, killed := int64(1), true; killed; n++ {
			s := testbed.StartStoraged(t) // each catalog reads all that is there
			for _, after := range []bool{false, true} {
				name := fmt.Sprintf("%s_%d_%t", op, n, after)
				healthy := openEngine(t, s, Defaults())
				healthy.loadInto(t, name, catalog.Replace, 1)
				id := healthy.loadInto(t, name, catalog.Append, 2).DatasetID
				if err := ways.before(healthy, name, id); err != nil {
					t.Fatal(err)
				}
				mortal, died := dying(t, s, n, after)
				err := ways.work(openEngine(t, mortal, Defaults()), name, id)
				killed = died.Load()
				if err := ways.after(openEngine(t, s, Defaults()), name, id, err == nil); err != nil {
					t.Errorf("%s, killed at change %d (after it: %t): %v", op, n, after, err)
				}
			}
		}
	}
}

// whole tells what is wrong with a dataset that is to be there, or to be
// restorable, as the flags allow, with all of its rows.
func (e *engine) whole(t *testing.T, name, id string, mayBeThere, mayWait bool) error {
	m, err := e.manifest(t.Context(), name, catalog.At{})
	waits := slices.ContainsFunc(e.waiting(t), func(d catalog.Dropped) bool { return d.DatasetID == id })
	switch there := err == nil; {
	case there == waits:
		return fmt.Errorf("there: %t, restorable: %t", there, waits)
	case there && !mayBeThere, waits && !mayWait:
		return fmt.Errorf("it was acknowledged; there: %t, restorable: %t", there, waits)
	case waits:
		if err := e.undrop(t, name, id); err != nil {
			return err
		}
		if m, err = e.manifest(t.Context(), name, catalog.At{}); err != nil {
			return err
		}
	}
	if m.DatasetID != id || m.Rows != 2 || len(m.Objects) != 2 {
		return fmt.Errorf("it is %+v", m)
	}
	if _, _, err := e.store.read(t.Context(), m.Objects[0].Key); err != nil {
		return err
	}
	return e.drop(t, name)
}

func (e *engine) waiting(t *testing.T) []catalog.Dropped {
	t.Helper()
	page, err := e.dropped(t.Context(), amongDropped{}, maxPage)
	if err != nil {
		t.Fatal(err)
	}
	return page.Datasets
}

// deleted goes on with a deletion and tells what is left.
func (e *engine) deleted(t *testing.T, name, id string) error {
	if !slices.ContainsFunc(e.waiting(t), func(d catalog.Dropped) bool { return d.DatasetID == id }) { // half deleted, or wholly
		if err := e.undrop(t, name, id); !errors.Is(err, catalog.ErrDroppedNotFound) {
			return fmt.Errorf("half deleted, it was restored: %w", err)
		}
	}
	e.deleteDroppedOnce(t.Context(), time.Now().Add(365*24*time.Hour))
	if left := e.keys(t, datasetsPrefix+id); len(left) > 0 {
		return fmt.Errorf("left are %q", left)
	}
	if err := e.undrop(t, name, id); !errors.Is(err, catalog.ErrDroppedNotFound) {
		return fmt.Errorf("it was restored: %w", err)
	}
	if answer := e.loadInto(t, name, catalog.Append, 3); answer.Version != 1 || answer.DatasetID == id {
		return fmt.Errorf("the name has %+v", answer)
	}
	return nil
}
