package catalogd_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// pair brings up two catalogds over one store.
func pair(t *testing.T, s *storage.Client) (a, b house) {
	t.Helper()
	shared := catalogd.Defaults()
	shared.Shared = true
	return house{start(t, s, shared), s}, house{start(t, s, shared), s}
}

func (h house) drop(t *testing.T, name string) catalog.Dropped {
	t.Helper()
	answer, err := h.Drop(t.Context(), name, "")
	if err != nil {
		t.Fatalf("drop %s: %v", name, err)
	}
	return answer
}

// dropped names what can be restored, in pages of one.
func (h house) dropped(t *testing.T) []catalog.Dropped {
	t.Helper()
	found, err := wire.Gather(h.EachDropped(t.Context(), 1))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDropAndRestore: a dropped dataset is nowhere but in its list, its name is free
// for a new one of another id, and it comes back as it was, with its history, its
// tags and what it knows of its loads, through either of two catalogds.
func TestDropAndRestore(t *testing.T) {
	onEachBackend(t, func(t *testing.T, s *storage.Client) {
		a, b := pair(t, s)
		a.load(t, catalog.Replace, "Ada")
		a.load(t, catalog.Append, "Bob")
		a.tag(t, "people", "payroll", 1, false)
		before := b.manifest(t, "people", 0)

		gone := a.drop(t, "people")
		if gone.DatasetID != before.DatasetID || gone.Rows != 2 || !gone.RestorableUntil.After(gone.DroppedAt) {
			t.Errorf("dropped %+v", gone)
		}
		_, err := b.Manifest(t.Context(), "people", 0)
		expect(t, err, catalog.ErrDatasetNotFound, "dropped", "/catalog/restore/people")
		if list, err := b.List(t.Context(), "", 0); err != nil || len(list.Datasets) > 0 {
			t.Errorf("listed are %+v, %v", list.Datasets, err)
		}
		if waiting := b.dropped(t); len(waiting) != 1 || waiting[0] != gone {
			t.Errorf("restorable are %+v", waiting)
		}
		b.refused(t, catalog.ErrDatasetChanged, catalog.Registration{Name: "people", Mode: catalog.Append, DatasetID: before.DatasetID,
			Objects: objects(putOwn(t, s, before.DatasetID, people(t, "Late", 1, true)))})

		fresh, _ := b.load(t, catalog.Append, "Cy")
		if fresh.DatasetID == before.DatasetID || fresh.Version != 1 || fresh.Rows != 1 {
			t.Errorf("the new dataset is %+v", fresh)
		}
		_, err = a.Restore(t.Context(), "people", "", "")
		expect(t, err, catalog.ErrDatasetExists, before.DatasetID)
		a.drop(t, "people")
		_, err = b.Restore(t.Context(), "people", "", "")
		expect(t, err, catalog.ErrDroppedAmbiguous, fresh.DatasetID)
		if waiting := a.dropped(t); len(waiting) != 2 || waiting[1].DatasetID != fresh.DatasetID {
			t.Errorf("restorable are %+v", waiting)
		}
		back, err := b.Restore(t.Context(), "people", before.DatasetID, "")
		if err != nil || back.Version != 2 || back.Rows != 2 {
			t.Fatalf("restored %+v, %v", back, err)
		}
		if again, err := a.Restore(t.Context(), "people", before.DatasetID, ""); err != nil || again != back {
			t.Errorf("restored again %+v, %v", again, err)
		}
		if got := a.names(t, 0); got != "Ada Bob" || len(a.history(t, "people")[0].Tags) != 1 {
			t.Errorf("there are %s, and the history is %+v", got, a.history(t, "people"))
		}
		if _, loaded := a.load(t, catalog.Append, "Bob"); loaded {
			t.Error("what was loaded before the drop was loaded again")
		}
		if _, loaded := b.load(t, catalog.Append, "Dee"); !loaded {
			t.Error("nothing can be added")
		}
		if waiting := b.dropped(t); len(waiting) != 1 || waiting[0].DatasetID != fresh.DatasetID {
			t.Errorf("restorable are %+v", waiting)
		}
	})
}

// TestDropKeys: a retry by key gets the first answer, of a drop and of a restore,
// whatever came in between.
func TestDropKeys(t *testing.T) {
	s := testbed.StartStoraged(t)
	h := house{start(t, s, catalogd.Defaults()), s}
	h.load(t, catalog.Replace, "Ada")
	first, err := h.Drop(t.Context(), "people", "d")
	if err != nil {
		t.Fatal(err)
	}
	h = house{start(t, s, catalogd.Defaults()), s}
	if again, err := h.Drop(t.Context(), "people", "d"); err != nil || again != first {
		t.Errorf("dropped again %+v, %v", again, err)
	}
	_, err = h.Drop(t.Context(), "people", "")
	expect(t, err, catalog.ErrDatasetNotFound)
	back, err := h.Restore(t.Context(), "people", "", "r")
	if err != nil {
		t.Fatal(err)
	}
	h.load(t, catalog.Append, "Bob")
	if again, err := h.Restore(t.Context(), "people", "", "r"); err != nil || again != back {
		t.Errorf("restored again %+v, %v", again, err)
	}
	if again, err := h.Drop(t.Context(), "people", "d"); err != nil || again != first || h.names(t, 0) != "Ada Bob" {
		t.Errorf("the old drop came again: %+v, %v", again, err)
	}
	_, err = h.Drop(t.Context(), "people", "r")
	expect(t, err, catalog.ErrIdempotencyReused)
	_, err = h.Restore(t.Context(), "people", catalog.NewID(), "")
	expect(t, err, catalog.ErrDroppedNotFound)
	_, err = h.Restore(t.Context(), "nobody", "", "")
	expect(t, err, catalog.ErrDroppedNotFound)
}

// TestDropDuringAppends: through two catalogds, each append that was acknowledged is
// in a dataset that is there or can be restored, once.
func TestDropDuringAppends(t *testing.T) {
	s := testbed.StartStoraged(t)
	a, b := pair(t, s)
	const each = 8
	var group sync.WaitGroup
	for n := range each {
		group.Go(func() {
			name := fmt.Sprint("n", n)
			ref := put(t, s, "in/"+name, people(t, name, n, false))
			a.until(t, func() error {
				_, _, err := a.Register(t.Context(), catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}, "")
				return err
			})
		})
		group.Go(func() {
			b.until(t, func() error {
				_, err := b.Drop(t.Context(), "people", "")
				if errors.Is(err, catalog.ErrDatasetNotFound) {
					return nil
				}
				return err
			})
		})
	}
	group.Wait()
	var all []string
	if _, err := b.Manifest(t.Context(), "people", 0); err == nil {
		all = append(all, b.names(t, 0))
		b.drop(t, "people")
	}
	for _, d := range a.dropped(t)[:max(0, len(a.dropped(t))-len(all))] {
		if _, err := a.Restore(t.Context(), "people", d.DatasetID, ""); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.names(t, 0))
		b.drop(t, "people")
	}
	for n := range each {
		if got := strings.Count(" "+strings.Join(all, " ")+" ", fmt.Sprintf(" n%d ", n)); got != 1 {
			t.Errorf("n%d is there %d times in %q", n, got, all)
		}
	}
}
