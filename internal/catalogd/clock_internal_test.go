package catalogd

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

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

// bring loads a number into a column, from a file that needs no writing again: the
// writer's compressors belong to no one clock.
func (e *engine) bring(t *testing.T, name, column string, id string, n int) error {
	t.Helper()
	field := arrow.Field{Name: column, Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: arrow.NewMetadata([]string{"PARQUET:field_id"}, []string{id})}
	key := e.put(t, fmt.Sprintf("in/%s/%s/%d", name, column, n), numbersIn(t, fmt.Sprintf(`[{%q:%d}]`, column, n), field))
	r, err := newRegistration(catalog.Registration{
		Name: name, Mode: catalog.Append, Schema: catalog.EvolveSchema, Objects: []catalog.ObjectRef{{Key: key}},
	}, "load-"+strconv.Itoa(n))
	if err != nil {
		return err
	}
	_, _, err = e.register(t.Context(), r)
	return err
}

func (e *engine) bringAll(t *testing.T, name string, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		if err := e.bring(t, name, "n", "1", n); err != nil {
			t.Fatal(err)
		}
	}
}

// edits are all changes of a dataset. Each leaves it under its name.
func edits(name string) map[string]func(*testing.T, *engine) error {
	n, other := plain(name), plain(name+"_b")
	return map[string]func(*testing.T, *engine) error{
		"tag": func(t *testing.T, e *engine) error {
			return e.do(t, name, "tag", &tagging{name: n, tag: "payroll", at: catalog.At{Version: 1}})
		},
		"untag": func(t *testing.T, e *engine) error {
			if err := e.do(t, name, "tag", &tagging{name: n, tag: "w44", at: catalog.At{Version: 1}}); err != nil {
				return err
			}
			return e.do(t, name, "untag", &untagging{name: n, tag: "w44"})
		},
		"describe": func(t *testing.T, e *engine) error {
			text := "numbers"
			return e.do(t, name, "describe", &describe{name: n, texts: catalog.Description{Description: &text}})
		},
		"rollback": func(t *testing.T, e *engine) error {
			return e.do(t, name, "rollback", &rollback{name: n, to: catalog.At{Version: 1}})
		},
		"restore": func(t *testing.T, e *engine) error {
			if err := e.drop(t, name); err != nil {
				return err
			}
			return e.undrop(t, name, "")
		},
		"rename": func(t *testing.T, e *engine) error {
			for _, way := range []rename{{name: n, to: other, op: catalog.NewID()}, {name: other, to: n, op: catalog.NewID()}} {
				if _, err := e.rename(t.Context(), &way, ""); err != nil {
					return err
				}
			}
			return nil
		},
		"purge": func(t *testing.T, e *engine) error {
			m, err := e.manifest(t.Context(), name, catalog.At{})
			if err == nil {
				_, err = e.purge(t.Context(), catalog.Purge{Name: name, DatasetID: m.DatasetID, Versions: []int64{2}})
			}
			return err
		},
		"load": func(t *testing.T, e *engine) error {
			return e.bring(t, name, "n", "1", 99)
		},
		"evolve": func(t *testing.T, e *engine) error {
			return e.bring(t, name, "m", "2", 100)
		},
	}
}

// TestAnyChangeAfterTheClockWentBack: whatever was done last before the clock went back
// by months, anything can be done after it, and the times of versions do not go back.
func TestAnyChangeAfterTheClockWentBack(t *testing.T) {
	s := testbed.StartStoraged(t)
	c := Defaults()
	atFirst(t, s, c, func(t *testing.T, e *engine, pass func(time.Duration)) {
		for last := range edits("") {
			e.bringAll(t, word(last), 1, 2, 3)
		}
		pass(60 * day)
		for last := range edits("") {
			if err := edits(word(last))[last](t, e); err != nil {
				t.Errorf("%s: %v", last, err)
			}
		}
	})
	atFirst(t, s, c, func(t *testing.T, e *engine, _ func(time.Duration)) {
		for last := range edits("") {
			for next, change := range edits(word(last)) {
				if err := change(t, e); err != nil {
					t.Errorf("%s after %s: %v", next, last, err)
				}
			}
			e.timesGoUp(t, word(last))
		}
	})
}

// word makes a dataset's name of that of an edit.
func word(edit string) string { return "after_" + edit }

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
		page, err := e.versions(t.Context(), "kept", 0, 10)
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
