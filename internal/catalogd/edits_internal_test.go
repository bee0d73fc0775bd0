package catalogd

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// step is one of the calls that a change is made of. frees tells that it makes room, now
// or in time, and so goes on where a disk has come to its reserve.
type step struct {
	do    func(*testing.T, *engine) error
	frees bool
}

// subjects are what can be changed: how one begins, and all changes of it. Each change
// leaves it under its name.
func subjects() map[string]edited {
	return map[string]edited{
		"dataset": {datasetEdits, func(t *testing.T, e *engine, name string) { e.bringAll(t, name, 1, 2, 3) }},
		"view": {viewEdits, func(t *testing.T, e *engine, name string) {
			if err := e.viewAs(t, name, "SELECT 1", catalog.Create); err != nil {
				t.Fatal(err)
			}
		}},
	}
}

type edited struct {
	edits func(name string) map[string][]step
	begin func(t *testing.T, e *engine, name string)
}

func datasetEdits(name string) map[string][]step {
	n := plain(name)
	tag := func(tag string) step {
		return doing(name, "tag", func() alteration { return &tagging{name: n, tag: tag, at: catalog.At{Version: 1}} })
	}
	drop := step{frees: true, do: func(t *testing.T, e *engine) error { return e.drop(t, name) }}
	return map[string][]step{
		"tag":   {tag("payroll")},
		"untag": {tag("w44"), doing(name, "untag", func() alteration { return &untagging{name: n, tag: "w44"} }).freeing()},
		"describe": {doing(name, "describe", func() alteration {
			text := catalog.NewID()
			return &describe{name: n, texts: catalog.Description{Description: &text}}
		})},
		"rollback": {doing(name, "rollback", func() alteration { return &rollback{name: n, to: catalog.At{Version: 1}} })},
		"restore":  {drop, {do: func(t *testing.T, e *engine) error { return e.undrop(t, name, "") }}},
		"delete": {drop, deleting(name), {do: func(t *testing.T, e *engine) error {
			return e.bring(t, name, 1, 2, 3)
		}}},
		"rename": {renaming(name, name+"_b"), renaming(name+"_b", name)},
		"load":   loading(name, "n", "1", 99),
		"evolve": loading(name, "m", "2", 100),
		"purge": {{frees: true, do: func(t *testing.T, e *engine) error {
			m, err := e.manifest(t.Context(), name, catalog.At{})
			if err == nil {
				_, err = e.purge(t.Context(), catalog.Purge{Name: name, DatasetID: m.DatasetID, Versions: []int64{2}})
			}
			return err
		}}},
	}
}

func viewEdits(name string) map[string][]step {
	register := step{do: func(t *testing.T, e *engine) error {
		return e.viewAs(t, name, "SELECT '"+catalog.NewID()+"'", catalog.Replace)
	}}
	drop := step{frees: true, do: func(t *testing.T, e *engine) error { return e.dropView(t, name) }}
	return map[string][]step{
		"register": {register},
		"describe": {doing(name, "describe_view", func() alteration {
			return &describing{name: plain(name), text: catalog.NewID()}
		})},
		"restore": {drop, {do: func(t *testing.T, e *engine) error { return e.undropView(t, name) }}},
		"delete":  {drop, deleting(name), register},
	}
}

func doing(name, op string, a func() alteration) step {
	return step{do: func(t *testing.T, e *engine) error { return e.do(t, name, op, a()) }}
}

func (s step) freeing() step {
	s.frees = true
	return s
}

// perform does the steps of a change.
func (e *engine) perform(t *testing.T, steps []step) error {
	t.Helper()
	for i, s := range steps {
		if err := s.do(t, e); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func renaming(from, to string) step {
	return step{do: func(t *testing.T, e *engine) error {
		_, err := e.rename(t.Context(), &rename{name: plain(from), to: plain(to), op: catalog.NewID()}, "")
		return err
	}}
}

// deleting deletes what was dropped, as if its time were over.
func deleting(name string) step {
	return step{frees: true, do: func(t *testing.T, e *engine) error {
		e.deleteDroppedOnce(t.Context(), time.Now().Add(1000*day))
		if slices.Contains(e.dir.withDropped(catalog.Name{}), plain(name)) {
			return fmt.Errorf("%s waits to be deleted still", name)
		}
		return nil
	}}
}

// loading loads a number into a column, from a file that needs no writing again: the
// writer's compressors belong to no one clock.
func loading(name, column, id string, n int) []step {
	key := fmt.Sprintf("in/%s/%s/%d", name, column, n)
	return []step{{do: func(t *testing.T, e *engine) error {
		field := arrow.Field{Name: column, Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: arrow.NewMetadata([]string{"PARQUET:field_id"}, []string{id})}
		file := numbersIn(t, fmt.Sprintf(`[{%q:%d}]`, column, n), field)
		_, _, err := e.store.Put(t.Context(), key, bytes.NewReader(file), int64(len(file)), storage.Condition{})
		return err
	}}, {do: func(t *testing.T, e *engine) error {
		r, err := newRegistration(catalog.Registration{
			Name: name, Mode: catalog.Append, Schema: catalog.EvolveSchema, Objects: []catalog.ObjectRef{{Key: key}},
		}, "load-"+strconv.Itoa(n))
		if err != nil {
			return err
		}
		_, _, err = e.register(t.Context(), r)
		return err
	}}}
}

// bring loads numbers, a version each.
func (e *engine) bring(t *testing.T, name string, numbers ...int) error {
	t.Helper()
	for _, n := range numbers {
		if err := e.perform(t, loading(name, "n", "1", n)); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) bringAll(t *testing.T, name string, numbers ...int) {
	t.Helper()
	if err := e.bring(t, name, numbers...); err != nil {
		t.Fatal(err)
	}
}
