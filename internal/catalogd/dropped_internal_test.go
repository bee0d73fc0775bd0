package catalogd

import (
	"errors"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestDroppedAreSpared: orphan removal and the clean-up of expired versions take
// nothing of a dropped dataset, and its files stay until its time is over.
func TestDroppedAreSpared(t *testing.T) {
	c := Defaults()
	c.MaxVersions, c.KeepNewest = 2, 1
	e := newEngine(t, c)
	for n := range 4 {
		e.loadInto(t, "n", catalog.Append, n)
	}
	id := e.loadInto(t, "n", catalog.Append, 4).DatasetID
	single := e.loadInto(t, "single", catalog.Replace, 7).DatasetID // which looks like an ingest that was killed
	for _, name := range []string{"n", "single"} {
		if err := e.drop(t, name); err != nil {
			t.Fatal(err)
		}
	}
	e.loadInto(t, "n", catalog.Replace, 9)
	e.age(t, old, e.keys(t, datasetsPrefix)...)
	e.withoutOrphans(t)
	now := time.Now()
	e.cleanOnce(t.Context(), now.Add(sweepPatience))
	e.cleanOnce(t.Context(), now.Add(2*sweepPatience+c.DeleteAfter.Std()))
	e.deleteDroppedOnce(t.Context(), now.Add(c.DropGrace.Std()-time.Minute))
	if err := e.drop(t, "n"); err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{"n": id, "single": single} {
		if err := e.undrop(t, name, id); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := e.manifest(t.Context(), "n", catalog.At{}); err != nil || len(e.readable(t)) < 6 || m.Rows != 5 {
		t.Errorf("restored is %+v, %v", m, err)
	}
	e.deleteDueDropped(t.Context(), now.Add(2*c.DropGrace.Std())) // storage's clock is not there yet
	if len(e.waiting(t)) != 1 {
		t.Errorf("one clock alone had a dataset deleted")
	}
}

// TestPreparedBeforeADrop: files that were brought into the folder of a dataset that
// was dropped meanwhile make no new dataset there, whether they were brought before
// the dataset began or while it was there.
func TestPreparedBeforeADrop(t *testing.T) {
	for what, loadedFirst := range map[string]bool{"there": true, "beginning": false} {
		e := newEngine(t, Defaults())
		n, id := catalog.Name{Namespace: catalog.DefaultNamespace, Name: "n"}, catalog.NewID()
		load := func(v int) {
			if _, _, err := e.register(t.Context(), e.registrationOf(t, catalog.Registration{Name: "n", Mode: catalog.Append, DatasetID: id}, v)); err != nil {
				t.Fatal(err)
			}
		}
		if loadedFirst {
			load(1)
		}
		ds := e.dir.open(n)
		late := e.registrationOf(t, catalog.Registration{Name: "n", Mode: catalog.Append, DatasetID: id}, 2)
		objects, err := e.store.locate(t.Context(), late.Objects)
		if err != nil {
			t.Fatal(err)
		}
		sources, err := e.store.inspect(t.Context(), objects)
		if err != nil {
			t.Fatal(err)
		}
		q := &request{registration: late, ctx: t.Context(), done: make(chan struct{})}
		if _, err := e.prepare(t.Context(), ds, q, sources); err != nil {
			t.Fatal(err)
		}
		if !loadedFirst {
			load(1)
		}
		if err := e.drop(t, "n"); err != nil {
			t.Fatal(err)
		}
		if e.submit(ds, q); !errors.Is(q.err, errPrepareAgain) {
			t.Errorf("%s: the late files were answered with %+v, %v", what, q.answer, q.err)
		}
		if err := e.undrop(t, "n", id); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestAnOldReadingIsNotTaken: a reader that waited long for the pointer does not
// bring back what it was before an edit, though that made no version.
func TestAnOldReadingIsNotTaken(t *testing.T) {
	e := newEngine(t, Defaults())
	e.load1(t, catalog.Replace, 1)
	ds := e.dir.find(catalog.Name{Namespace: catalog.DefaultNamespace, Name: "n"})
	before := ds.head.Load()
	if err := e.do(t, "n", "tag", &tagging{name: ds.name, tag: "payroll"}); err != nil {
		t.Fatal(err)
	}
	after := ds.head.Load()
	if got := e.dir.publish(ds, before, &head{pointer: before.pointer, etag: before.etag}); got != after || ds.head.Load() != after {
		t.Error("the old reading was taken")
	}
	if got := e.dir.publish(ds, after, &head{pointer: before.pointer, etag: before.etag}); got == after {
		t.Error("a pointer that was put back is not seen")
	}
}
