package catalogd_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// load registers a file of one person and tells whether that made a version.
func (h house) load(t *testing.T, mode catalog.Mode, name string) (catalog.Registered, bool) {
	t.Helper()
	ref := put(t, h.storage, "in/"+name, people(t, name, len(name), false))
	answer, created, err := h.Register(t.Context(), catalog.Registration{Name: "people", Mode: mode, Objects: objects(ref), ContentHash: "sha256:" + name}, "")
	if err != nil {
		t.Fatalf("load %s: %v", name, err)
	}
	return answer, created
}

func (h house) rollback(t *testing.T, to catalog.At) catalog.RolledBack {
	t.Helper()
	answer, err := h.Rollback(t.Context(), "people", to, "")
	if err != nil {
		t.Fatalf("rollback to %s: %v", to, err)
	}
	return answer
}

// names reads who is in a version, in order.
func (h house) names(t *testing.T, version int64) string {
	t.Helper()
	var names []string
	for _, o := range h.manifest(t, "people", version).Objects {
		names = append(names, readBack(t, h.storage, o.Key, "name")...)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// TestRollback: the new version has the old content, what was loaded before it is
// known again and what came later is not, also after a restart and back and forth.
func TestRollback(t *testing.T) {
	s := testbed.StartStoraged(t)
	h := house{start(t, s, catalogd.Defaults()), s}
	h.load(t, catalog.Replace, "Ada")
	h.load(t, catalog.Append, "Bob")
	h.load(t, catalog.Append, "Cy")
	h.load(t, catalog.Replace, "Dee")
	h.tag(t, "people", "before", 2, false)

	made := h.rollback(t, catalog.At{Tag: "before"})
	if made.Version != 5 || made.To != 2 || made.Rows != 2 || made.Unchanged || h.names(t, 5) != "Ada Bob" {
		t.Fatalf("rolled back to %+v, which holds %s", made, h.names(t, 5))
	}
	if again := h.rollback(t, catalog.At{Version: 2}); !again.Unchanged || again.Version != 5 {
		t.Errorf("rolled back again to %+v", again)
	}
	if m := h.manifest(t, "people", 0); !slices.Equal(m.Objects, h.manifest(t, "people", 2).Objects) || m.Bytes != made.Bytes {
		t.Errorf("the objects are %v", m.Objects)
	}
	h = house{start(t, s, catalogd.Defaults()), s}
	for name, loads := range map[string]bool{"Ada": false, "Bob": false, "Cy": true} {
		if _, loaded := h.load(t, catalog.Append, name); loaded != loads {
			t.Errorf("after the rollback %s was loaded: %t", name, loaded)
		}
	}
	h.rollback(t, catalog.At{Version: 4})
	if answer, loaded := h.load(t, catalog.Replace, "Dee"); loaded || answer.Version != 7 {
		t.Errorf("the content of version 4 was loaded again (%t) into %d", loaded, answer.Version)
	}
	h.rollback(t, catalog.At{Version: 6})
	for _, name := range []string{"Ada", "Bob", "Cy"} {
		if _, loaded := h.load(t, catalog.Append, name); loaded {
			t.Errorf("after the rollback of a rollback %s was loaded", name)
		}
	}
	if _, loaded := h.load(t, catalog.Append, "Dee"); !loaded || h.names(t, 9) != "Ada Bob Cy Dee" {
		t.Errorf("Dee was loaded: %t; there are %s", loaded, h.names(t, 0))
	}
	for version, want := range map[int64]string{1: "Ada", 3: "Ada Bob Cy", 4: "Dee", 5: "Ada Bob", 8: "Ada Bob Cy"} {
		if got := h.names(t, version); got != want {
			t.Errorf("version %d holds %s, not %s", version, got, want)
		}
	}
}

// TestRollbackTakesTheOldSchema: later files are held against the schema of old,
// its columns have their old ids, and one that had no value still adopts a type.
func TestRollbackTakesTheOldSchema(t *testing.T) {
	h := open(t)
	noAge := parquetOf(t, `[{"name":"Nil","age":null}]`, field("name", arrow.BinaryTypes.String, 0), field("age", arrow.BinaryTypes.String, 0))
	first := h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, h.storage, "in/0", noAge))})
	h.load(t, catalog.Append, "Ada") // age becomes a long
	other := parquetOf(t, `[{"city":"Austin"}]`, field("city", arrow.BinaryTypes.String, 0))
	h.register(t, catalog.Registration{Name: "people", Schema: catalog.ReplaceSchema, Objects: objects(put(t, h.storage, "in/1", other))})

	made := h.rollback(t, catalog.At{Version: 1})
	if !slices.Equal(made.Columns, first.Columns) || made.Fingerprint != first.Fingerprint {
		t.Errorf("the columns are %+v, not %+v", made.Columns, first.Columns)
	}
	h.refused(t, catalog.ErrSchemaDrift, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, h.storage, "in/1", other))})
	answer, loaded := h.load(t, catalog.Append, "Bob")
	if !loaded || answer.Columns[1].Type != "long" || answer.Columns[1].FieldID <= 4 {
		t.Errorf("the next file made the columns %+v", answer.Columns)
	}
	h.rollback(t, catalog.At{Version: 2})
	m := h.manifest(t, "people", 0)
	if h.names(t, 0) != "Ada Nil" || !slices.Equal(m.Columns, h.manifest(t, "people", 2).Columns) {
		t.Errorf("there are %s in %+v", h.names(t, 0), m.Columns)
	}
	if _, loaded := h.load(t, catalog.Append, "Ada"); loaded {
		t.Error("what is part of the content was loaded again")
	}
}

// TestRollbackOfMany: loads of which the receipts are archived are known again.
func TestRollbackOfMany(t *testing.T) {
	h := open(t)
	const loads = 70
	load := func(n int) catalog.Registration {
		return catalog.Registration{Name: "people", Mode: catalog.Append, Columns: oneColumn, ContentHash: fmt.Sprint("sha256:", n)}
	}
	for n := range loads {
		h.register(t, load(n))
	}
	h.register(t, catalog.Registration{Name: "people", Columns: oneColumn, Schema: catalog.ReplaceSchema, ContentHash: "sha256:other"})
	h.register(t, catalog.Registration{Name: "people", Columns: []catalog.Column{{Name: "b", Type: "long", Nullable: true}}, Schema: catalog.ReplaceSchema, ContentHash: "sha256:b"})
	h.rollback(t, catalog.At{Version: loads - 1})
	for n := range loads {
		_, loaded, err := h.Register(t.Context(), load(n), "")
		if err != nil || loaded != (n == loads-1) {
			t.Errorf("load %d made a version: %t, %v", n, loaded, err)
		}
	}
}

// TestRollbackRefusals: what is not there is told, and a retry by key gets the
// first answer though the dataset went on.
func TestRollbackRefusals(t *testing.T) {
	h := openKeeping(t, testbed.StartStoraged(t), 3)
	for _, name := range []string{"Ada", "Bob", "Cy", "Dee"} {
		h.load(t, catalog.Append, name)
	}
	_, err := h.Rollback(t.Context(), "people", catalog.At{Version: 1}, "")
	expect(t, err, catalog.ErrVersionNotFound, "2 to 4")
	_, err = h.Rollback(t.Context(), "people", catalog.At{}, "")
	expect(t, err, wire.ErrBadRequest, "version=2")
	_, err = h.Rollback(t.Context(), "nobody", catalog.At{Version: 1}, "")
	expect(t, err, catalog.ErrDatasetNotFound)
	first, err := h.Rollback(t.Context(), "people", catalog.At{Version: 3}, "k")
	if err != nil {
		t.Fatal(err)
	}
	h.load(t, catalog.Append, "Eve")
	again, err := h.Rollback(t.Context(), "people", catalog.At{Version: 3}, "k")
	if err != nil || again.Version != first.Version || again.SnapshotID != first.SnapshotID || h.names(t, 0) != "Ada Bob Cy Eve" {
		t.Errorf("the key is answered with %+v, %v; there are %s", again, err, h.names(t, 0))
	}
	_, err = h.Rollback(t.Context(), "people", catalog.At{Version: 4}, "k")
	expect(t, err, catalog.ErrIdempotencyReused)
}

// TestRollbackDuringAppends: through two catalogds, each version is the one before
// it with one load more, or wholly the old content again.
func TestRollbackDuringAppends(t *testing.T) {
	s := testbed.StartStoraged(t)
	shared := catalogd.Defaults()
	shared.Shared = true
	a, b := house{start(t, s, shared), s}, house{start(t, s, shared), s}
	a.load(t, catalog.Replace, "first")
	const each = 6
	var group sync.WaitGroup
	var back sync.Map // version -> true
	for n := range each {
		group.Go(func() {
			ref := put(t, s, fmt.Sprint("in/", n), people(t, fmt.Sprint("n", n), n, false))
			a.until(t, func() error {
				_, _, err := a.Register(t.Context(), catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}, "")
				return err
			})
		})
		group.Go(func() {
			b.until(t, func() error {
				answer, err := b.Rollback(t.Context(), "people", catalog.At{Version: 1}, "")
				if err == nil && !answer.Unchanged {
					back.Store(answer.Version, true)
				}
				return err
			})
		})
	}
	group.Wait()
	rows := int64(0)
	for _, v := range a.history(t, "people") {
		if _, rolled := back.Load(v.Version); rolled {
			if got := a.names(t, v.Version); got != "first" {
				t.Errorf("version %d, a rollback, holds %s", v.Version, got)
			}
		} else if v.Rows <= rows || v.AddedRows != v.Rows-rows {
			t.Errorf("version %d has %d rows and added %d to %d", v.Version, v.Rows, v.AddedRows, rows)
		}
		rows = v.Rows
		if m := a.manifest(t, "people", v.Version); m.Rows != int64(len(m.Objects)) {
			t.Errorf("version %d has %d rows in %d files", v.Version, m.Rows, len(m.Objects))
		}
	}
}
