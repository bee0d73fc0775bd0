package catalogd

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// atFirst runs work by a clock that shows the first day of 2000, with storage outside
// of it. pass lets time pass for it.
func atFirst(t *testing.T, s *storage.Client, c Config, work func(t *testing.T, e *engine, pass func(time.Duration))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		env := testbed.NewEnv(t, "catalogd")
		own := *s
		own.HTTP = env.HTTP
		d := &daemon{env: env, config: c, metrics: newMetrics(env.Metrics), storage: own}
		e, err := d.loadOnce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// A connection that waits for bytes of another clock would keep time from passing.
		defer env.HTTP.CloseIdleConnections()
		work(t, e, func(d time.Duration) { env.HTTP.CloseIdleConnections(); time.Sleep(d) })
	})
}

const day = 24 * time.Hour

func plain(name string) catalog.Name {
	return catalog.Name{Namespace: catalog.DefaultNamespace, Name: name}
}

// TestAnyChangeAfterTheClockWentBack: whatever was done last before the clock went back
// by months, anything can be done after it, and the times of versions do not go back.
func TestAnyChangeAfterTheClockWentBack(t *testing.T) {
	s := testbed.StartStoraged(t)
	c := Defaults()
	named := func(sort, edit string) string { return sort + "_after_" + edit }
	atFirst(t, s, c, func(t *testing.T, e *engine, pass func(time.Duration)) {
		for sort, of := range subjects() {
			for last := range of.edits("") {
				of.begin(t, e, named(sort, last))
			}
		}
		pass(60 * day)
		for sort, of := range subjects() {
			for last := range of.edits("") {
				if err := e.perform(t, of.edits(named(sort, last))[last]); err != nil {
					t.Errorf("%s of a %s: %v", last, sort, err)
				}
			}
		}
	})
	atFirst(t, s, c, func(t *testing.T, e *engine, _ func(time.Duration)) {
		for sort, of := range subjects() {
			for last := range of.edits("") {
				for next, steps := range of.edits(named(sort, last)) {
					if err := e.perform(t, steps); err != nil {
						t.Errorf("%s of a %s after %s: %v", next, sort, last, err)
					}
				}
			}
		}
		for last := range datasetEdits("") {
			e.timesGoUp(t, named("dataset", last))
		}
		for last := range viewEdits("") {
			e.viewTimesGoUp(t, named("view", last))
		}
	})
}

// timesGoUp: no version is older than the one before it.
func (e *engine) timesGoUp(t *testing.T, name string) {
	t.Helper()
	h, err := e.lookup(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	table, err := e.table(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for _, r := range table.history {
		if r.TimestampMs < last {
			t.Errorf("version %d of %s is of %d, the one before of %d", versionOf(&r.Snapshot), name, r.TimestampMs, last)
		}
		last = r.TimestampMs
	}
	if updated := table.meta.LastUpdatedMillis(); updated < last {
		t.Errorf("%s was changed at %d, and its last version is of %d", name, updated, last)
	}
}

// viewTimesGoUp: no version of a view is older than the one before it.
func (e *engine) viewTimesGoUp(t *testing.T, name string) {
	t.Helper()
	page, err := e.viewVersions(t.Context(), inHistory{name: name}, maxPage)
	if err != nil || len(page.Versions) == 0 {
		t.Fatalf("%s has the versions %+v, %v", name, page.Versions, err)
	}
	for i, v := range page.Versions[1:] {
		if after := page.Versions[i]; v.CreatedAt.After(after.CreatedAt) {
			t.Errorf("version %d of %s is of %v, the one before of %v", after.Version, name, after.CreatedAt, v.CreatedAt)
		}
	}
}

// TestNothingExpiresByAWrongClock: a clock that was far ahead and went back has no
// version expire that is young by the clock of now, nor a key forgotten, and what was
// dropped can be restored for as long as it says by either clock.
func TestNothingExpiresByAWrongClock(t *testing.T) {
	s := testbed.StartStoraged(t)
	c := Defaults()
	c.KeepNewest = 1
	atFirst(t, s, c, func(t *testing.T, e *engine, pass func(time.Duration)) {
		for _, name := range []string{"kept", "early"} {
			e.bringAll(t, name, 1, 2)
		}
		e.bringAll(t, "late", 1)
		pass(400 * day) // wrongly
		if err := e.do(t, "kept", "tag", &tagging{name: plain("kept"), tag: "payroll"}); err != nil {
			t.Fatal(err)
		}
		if err := e.drop(t, "late"); err != nil {
			t.Fatal(err)
		}
	})
	atFirst(t, s, c, func(t *testing.T, e *engine, pass func(time.Duration)) {
		pass(time.Hour)
		e.bringAll(t, "kept", 3, 2) // the second of them again, with its key
		page, err := e.versions(t.Context(), inHistory{name: "kept"}, 10)
		if err != nil || len(page.Versions) != 3 {
			t.Errorf("kept are %+v, %v", page.Versions, err)
		}
		e.timesGoUp(t, "kept")
		e.deleteDroppedOnce(t.Context(), time.Now().Add(c.DropGrace.Std()+day))
		if err := e.undrop(t, "late", ""); err != nil {
			t.Errorf("dropped by the wrong clock: %v", err)
		}
		if err := e.drop(t, "early"); err != nil {
			t.Fatal(err)
		}
		pass(c.DropGrace.Std() - 2*time.Hour)
		e.deleteDroppedOnce(t.Context(), time.Now())
		if err := e.undrop(t, "early", ""); err != nil {
			t.Errorf("dropped by the clock of now: %v", err)
		}
		if err := e.drop(t, "early"); err != nil {
			t.Fatal(err)
		}
		pass(c.DropGrace.Std() + time.Minute)
		e.deleteDroppedOnce(t.Context(), time.Now())
		if err := e.undrop(t, "early", ""); !errors.Is(err, catalog.ErrDroppedNotFound) {
			t.Errorf("once its time is over: %v", err)
		}
	})
}
