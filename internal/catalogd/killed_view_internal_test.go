package catalogd

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

func (e *engine) viewAs(t *testing.T, name, sql string, mode catalog.Mode) error {
	t.Helper()
	c, err := newViewing(catalog.ViewRegistration{
		NewView: catalog.NewView{Name: name, SQL: sql, Mode: mode}, Columns: []catalog.Column{{Name: "a", Type: "int"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.do(t, name, "register_view", c)
}

func (e *engine) dropView(t *testing.T, name string) error {
	return e.do(t, name, "drop_view", views().drop(plain(name)))
}

func (e *engine) undropView(t *testing.T, name string) error {
	return e.do(t, name, "restore_view", views().restore(plain(name), ""))
}

// TestKilledWhileChangingAView kills the daemon at each change of storage that a
// registration, a drop and a restore make. Whoever comes after it finds the change
// wholly there or not at all, there if it was acknowledged, and can make it again.
func TestKilledWhileChangingAView(t *testing.T) {
	s := testbed.StartStoraged(t)
	for op, ways := range map[string]struct {
		before []string // statements that the view had
		drop   bool     // it was dropped then
		work   func(e *engine, name string) error
		want   string // the statement once the work is done, "": no view
	}{
		"create":  {work: func(e *engine, name string) error { return e.viewAs(t, name, "SELECT 1", catalog.Replace) }, want: "SELECT 1"},
		"replace": {before: []string{"SELECT 1"}, work: func(e *engine, name string) error { return e.viewAs(t, name, "SELECT 2", catalog.Replace) }, want: "SELECT 2"},
		"drop":    {before: []string{"SELECT 1"}, work: func(e *engine, name string) error { return e.dropView(t, name) }},
		"restore": {before: []string{"SELECT 1"}, drop: true, work: func(e *engine, name string) error { return e.undropView(t, name) }, want: "SELECT 1"},
	} {
		for n, killed := int64(1), true; killed; n++ {
			for _, after := range []bool{false, true} {
				name := fmt.Sprintf("%s_%d_%t", op, n, after)
				healthy := openEngine(t, s, Defaults())
				for _, sql := range ways.before {
					if err := healthy.viewAs(t, name, sql, catalog.Replace); err != nil {
						t.Fatal(err)
					}
				}
				if ways.drop {
					if err := healthy.dropView(t, name); err != nil {
						t.Fatal(err)
					}
				}
				was := healthy.statement(t, name)
				mortal, died := dying(t, s, n, after)
				err := ways.work(openEngine(t, mortal, Defaults()), name)
				killed = died.Load()
				fresh := openEngine(t, s, Defaults())
				found := fresh.statement(t, name)
				if found != was && found != ways.want || err == nil && found != ways.want {
					t.Errorf("%s, killed at change %d (after it: %t): it was %q and is %q; acknowledged: %t", op, n, after, was, found, err == nil)
				}
				if found != ways.want {
					if err := ways.work(fresh, name); err != nil || fresh.statement(t, name) != ways.want {
						t.Errorf("%s again: %v, it is %q", op, err, fresh.statement(t, name))
					}
				}
			}
		}
	}
}

// statement gives the statement of a view, "" where there is none.
func (e *engine) statement(t *testing.T, name string) string {
	t.Helper()
	v, err := e.view(t.Context(), name, catalog.At{})
	switch {
	case errors.Is(err, catalog.ErrViewNotFound):
		return ""
	case err != nil:
		t.Fatalf("%s cannot be read: %v", name, err)
	}
	if v.Version > 1 {
		if _, err := e.view(t.Context(), name, catalog.At{Version: 1}); err != nil {
			t.Errorf("%s lost its first version: %v", name, err)
		}
	}
	return v.SQL
}

// TestViewFilesAreKeptAndGo: of a view the current metadata file stays and those
// before it go, orphans of its folder are found, and a dropped view's folder is spared
// until its time to be restored is over, and deleted then.
func TestViewFilesAreKeptAndGo(t *testing.T) {
	e := newEngine(t, Defaults())
	for _, sql := range []string{"SELECT 1", "SELECT 2"} {
		if err := e.viewAs(t, "v", sql, catalog.Replace); err != nil {
			t.Fatal(err)
		}
	}
	v, err := e.view(t.Context(), "v", catalog.At{})
	if err != nil {
		t.Fatal(err)
	}
	e.cleanOnce(t.Context(), time.Now().Add(24*time.Hour))
	if left := e.keys(t, datasetsPrefix); !slices.Equal(left, []string{v.MetadataKey}) {
		t.Errorf("there are %q, and the view's is %s", left, v.MetadataKey)
	}
	litter := e.put(t, catalog.MetadataPrefix(v.ViewID)+"00003-"+catalog.NewID()+".metadata.json", []byte("{}"))
	search := func() []string {
		e.age(t, old, e.keys(t, datasetsPrefix)...)
		found, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans)
		if err != nil {
			t.Fatal(err)
		}
		e.cleanOnce(t.Context(), time.Now().Add(24*time.Hour))
		return found.doomed
	}
	if doomed := search(); !slices.Equal(doomed, []string{litter}) {
		t.Errorf("orphans are %q, not %q", doomed, litter)
	}
	if err := e.dropView(t, "v"); err != nil {
		t.Fatal(err)
	}
	if doomed := search(); len(doomed) > 0 || len(e.keys(t, datasetsPrefix)) != 2 {
		t.Errorf("of a dropped view orphans are %q", doomed)
	}
	e.deleteDroppedOnce(t.Context(), time.Now().Add(365*24*time.Hour))
	if left := e.keys(t, datasetsPrefix); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
	if err := e.undropView(t, "v"); err == nil {
		t.Error("a deleted view was restored")
	}
}
