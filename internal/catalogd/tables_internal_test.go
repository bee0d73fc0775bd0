package catalogd

import (
	"fmt"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// loaded gives the heads whose table is in memory, and what the tables weigh.
func (e *engine) loaded() (heads int, weight int64) {
	for _, n := range e.dir.names() {
		if h := e.dir.find(n).head.Load(); h.table.Load() != nil || h.segments.Load() != nil {
			heads, weight = heads+1, weight+h.weight()
		}
	}
	return heads, weight
}

// TestTablesInMemoryAreBounded: however many datasets are asked, the tables in
// memory keep to the bound, the latest ones stay, and one that had to go is read
// again as it was.
func TestTablesInMemoryAreBounded(t *testing.T) {
	const datasets, versions = 24, 2
	e := newEngine(t, Defaults())
	want := map[string][]catalog.DataObject{}
	for n := range datasets {
		name := fmt.Sprint("n", n)
		for v := range versions {
			e.loadInto(t, name, catalog.Append, 100*n+v)
		}
		m, err := e.manifest(t.Context(), name, catalog.At{})
		if err != nil || len(m.Objects) != versions {
			t.Fatalf("%s has %+v, %v", name, m, err)
		}
		want[name] = m.Objects
	}
	heads, all := e.loaded()
	if heads != datasets || all != e.dir.tables.held {
		t.Fatalf("%d tables of %d bytes are in memory, and %d bytes are accounted for", heads, all, e.dir.tables.held)
	}
	c := Defaults()
	c.TableMemory = all / 4
	e = openEngine(t, e.store.Client, c)
	for range 2 {
		for name, objects := range want {
			m, err := e.manifest(t.Context(), name, catalog.At{})
			if err != nil || fmt.Sprint(m.Objects) != fmt.Sprint(objects) {
				t.Fatalf("%s has %v, %v, not %v", name, m.Objects, err, objects)
			}
			if e.dir.find(catalog.Name{Namespace: "default", Name: name}).head.Load().table.Load() == nil {
				t.Errorf("%s was asked for last and is not in memory", name)
			}
			if heads, weight := e.loaded(); weight > c.TableMemory || weight != e.dir.tables.held {
				t.Fatalf("%d tables of %d bytes are in memory, %d are accounted for, the bound is %d", heads, weight, e.dir.tables.held, c.TableMemory)
			}
		}
		if heads, _ := e.loaded(); heads < datasets/6 {
			t.Errorf("%d tables are in memory, and there is room for %d", heads, datasets/4)
		}
	}
}

// TestGroupCommitsWithoutRoom: with room for one table alone, writers and
// readers of several datasets lose nothing to each other.
func TestGroupCommitsWithoutRoom(t *testing.T) {
	const datasets, writers, each = 3, 4, 3
	c := Defaults()
	c.TableMemory = 1
	e := newEngine(t, c)
	var group sync.WaitGroup
	for d := range datasets {
		name := fmt.Sprint("n", d)
		e.loadInto(t, name, catalog.Append, -1)
		for w := range writers {
			group.Go(func() {
				for i := range each {
					if _, err := e.tryLoad(t, name, catalog.Append, w*each+i); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if _, err := e.manifest(t.Context(), name, catalog.At{}); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
	group.Wait()
	for d := range datasets {
		m, err := e.manifest(t.Context(), fmt.Sprint("n", d), catalog.At{})
		if err != nil || m.Rows != writers*each+1 || int64(len(m.Objects)) != m.Rows {
			t.Errorf("dataset %d has %d rows in %d objects, %v", d, m.Rows, len(m.Objects), err)
		}
		again, err := e.store.loadTable(t.Context(), e.dir.find(catalog.Name{Namespace: "default", Name: fmt.Sprint("n", d)}).head.Load().pointer)
		if err != nil || len(again.objects) != len(m.Objects) || int64(len(again.history)) != m.Version {
			t.Errorf("in storage dataset %d is %+v, %v", d, again, err)
		}
	}
	if heads, _ := e.loaded(); heads > 1 {
		t.Errorf("%d tables are in memory", heads)
	}
}
