package catalogd_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// badRows puts a row into the quarantine of a dataset.
func (h house) badRows(t *testing.T, name string) catalog.Registered {
	t.Helper()
	return h.register(t, catalog.Registration{Name: name + catalog.QuarantineSuffix, Mode: catalog.Append, Columns: catalog.QuarantineColumns()})
}

// TestRename: the dataset has its id, history, tags and bad rows under the new name,
// through either of two catalogds, and the old one is free.
func TestRename(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		a, b := pair(t, s)
		a.load(t, catalog.Replace, "Ada")
		a.load(t, catalog.Append, "Bob")
		a.tag(t, "people", "payroll", 1, false)
		bad := a.badRows(t, "people")
		before := b.manifest(t, "people", 0)

		answer, err := b.Rename(t.Context(), "people", "hr.staff", "k")
		if err != nil || answer.DatasetID != before.DatasetID || answer.Version != 2 || answer.Quarantine == nil || *answer.Quarantine != "hr.staff__quarantine" {
			t.Fatalf("renamed to %+v, %v", answer, err)
		}
		m, err := a.ManifestAt(t.Context(), "hr.staff", catalog.At{Tag: "payroll"})
		if err != nil || m.DatasetID != before.DatasetID || m.Version != 1 || m.Namespace != "hr" || m.Name != "staff" {
			t.Errorf("the new name has %+v, %v", m, err)
		}
		if q := a.manifest(t, "hr.staff__quarantine", 0); q.DatasetID != bad.DatasetID {
			t.Errorf("the bad rows are in %+v", q)
		}
		for _, name := range []string{"people", "people__quarantine"} {
			_, err = a.Manifest(t.Context(), name, 0)
			expect(t, err, catalog.ErrDatasetNotFound, "hr.staff")
		}
		list, err := a.List(t.Context(), "", 0)
		if err != nil || len(list.Datasets) != 2 || list.Datasets[0].Name != "staff" || list.Datasets[0].Namespace != "hr" {
			t.Errorf("listed are %+v, %v", list.Datasets, err)
		}
		for _, key := range []string{"k", ""} { // again, though it was done
			if again, err := a.Rename(t.Context(), "people", "hr.staff", key); err != nil || again.DatasetID != before.DatasetID {
				t.Errorf("renamed again to %+v, %v", again, err)
			}
		}
		a.refused(t, catalog.ErrDatasetChanged, catalog.Registration{Name: "people", Mode: catalog.Append, DatasetID: before.DatasetID,
			Objects: objects(putOwn(t, s, before.DatasetID, people(t, "Late", 1, true)))})
		if fresh, _ := b.load(t, catalog.Append, "Bob"); fresh.DatasetID == before.DatasetID || fresh.Rows != 1 {
			t.Errorf("the old name has %+v", fresh)
		}
		_, err = b.Rename(t.Context(), "people", "hr.staff", "")
		expect(t, err, catalog.ErrDatasetExists, "hr.staff")
		a.drop(t, "people")
		if _, err := b.Rename(t.Context(), "hr.staff", "people", ""); err != nil {
			t.Fatal(err)
		}
		if _, loaded := a.load(t, catalog.Append, "Bob"); loaded || a.names(t, 0) != "Ada Bob" {
			t.Errorf("under its first name again it holds %s", a.names(t, 0))
		}
	})
}

// TestRenameRefusals: names that are taken, that mean something else, or are none.
func TestRenameRefusals(t *testing.T) {
	h := open(t)
	h.versionsOf(t, "a", 1)
	h.versionsOf(t, "b", 1)
	h.badRows(t, "a")
	h.badRows(t, "c")
	for _, c := range []struct {
		from, to string
		kind     *wire.Kind
	}{
		{"a", "b", catalog.ErrDatasetExists},
		{"a", "c", catalog.ErrDatasetExists}, // where bad rows wait
		{"a", "a", wire.ErrBadRequest},
		{"a", "B", catalog.ErrBadName},
		{"a", "main.b", catalog.ErrBadName},
		{"a", "x__quarantine", catalog.ErrBadName},
		{"a__quarantine", "x", catalog.ErrBadName},
		{"nobody", "x", catalog.ErrDatasetNotFound},
	} {
		if _, err := h.Rename(t.Context(), c.from, c.to, ""); !errors.Is(err, c.kind) {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
		}
	}
	if m := h.manifest(t, "a", 0); m.Version != 1 {
		t.Errorf("a is %+v", m)
	}
}

// TestRenamesRace: datasets that are renamed to one name, created there and appended
// to at once, through two catalogds, keep every row, each in one place.
func TestRenamesRace(t *testing.T) {
	s := testbed.StartStoraged(t)
	a, b := pair(t, s)
	for round := range 4 {
		names := []string{fmt.Sprintf("a%d", round), fmt.Sprintf("b%d", round), fmt.Sprintf("c%d", round)}
		a.versionsOf(t, names[0], 1)
		a.versionsOf(t, names[1], 1)
		was := map[string]string{a.manifest(t, names[0], 0).DatasetID: "a", a.manifest(t, names[1], 0).DatasetID: "b"}
		var group sync.WaitGroup
		for i, h := range []house{a, b} {
			group.Go(func() {
				h.until(t, func() error {
					_, err := h.Rename(t.Context(), names[i], names[2], "")
					if errors.Is(err, catalog.ErrDatasetExists) {
						return nil
					}
					return err
				})
			})
			group.Go(func() {
				h.until(t, func() error {
					_, _, err := h.Register(t.Context(), catalog.Registration{Name: names[2*i], Mode: catalog.Append, Columns: oneColumn, ContentHash: fmt.Sprint("more", i)}, "")
					return err
				})
			})
		}
		group.Wait()
		found := map[string]string{}
		for _, name := range names {
			m, err := b.Manifest(t.Context(), name, 0)
			if errors.Is(err, catalog.ErrDatasetNotFound) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if other, twice := found[m.DatasetID]; twice {
				t.Errorf("%s is %s as well", name, other)
			}
			found[m.DatasetID] = name
		}
		for id, name := range was {
			if found[id] == "" {
				t.Errorf("round %d: the dataset of %s is gone; there are %v", round, name, found)
			}
		}
		if list, err := a.List(t.Context(), "", 0); err != nil || len(list.Datasets) < len(found) {
			t.Errorf("listed are %+v, %v", list.Datasets, err)
		}
	}
}
