package catalogd

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// spoiled gives a registration that is refused after its id was claimed: its
// object has the right end and damaged pages.
func (e *engine) spoiled(t *testing.T, reg catalog.Registration) *registration {
	t.Helper()
	data := numbers(t, `[{"n":1}]`)
	clear(data[4:40])
	reg.Objects = []catalog.ObjectRef{{Key: e.put(t, "in/spoiled/"+reg.Name, data)}}
	r, err := newRegistration(reg, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// remembers tells how many names and ids the engine holds in memory.
func (e *engine) remembers() (names, ids int) {
	e.dir.mu.Lock()
	defer e.dir.mu.Unlock()
	return len(e.dir.byName), len(e.dir.ids)
}

// TestFailedCreateIsForgotten: a registration that was refused keeps neither its
// name in memory nor its dataset_id from another name.
func TestFailedCreateIsForgotten(t *testing.T) {
	e := newEngine(t, Defaults())
	id := catalog.NewID()
	for n := range 3 {
		name := fmt.Sprint("a", n)
		for _, reg := range []*registration{
			e.spoiled(t, catalog.Registration{Name: name, Mode: catalog.Create, DatasetID: id}),
			e.spoiled(t, catalog.Registration{Name: name, Mode: catalog.Append}),
		} {
			if _, _, err := e.register(t.Context(), reg); !errors.Is(err, catalog.ErrBadObject) {
				t.Fatalf("%s was answered with %v", name, err)
			}
		}
		if _, err := e.manifest(t.Context(), name, catalog.At{}); !errors.Is(err, catalog.ErrDatasetNotFound) {
			t.Errorf("the manifest of %s is answered with %v", name, err)
		}
	}
	if names, ids := e.remembers(); names > 0 || ids > 0 {
		t.Errorf("%d names and %d ids stay in memory", names, ids)
	}
	if answer, _, err := e.register(t.Context(), e.registrationOf(t, catalog.Registration{Name: "b", DatasetID: id}, 1)); err != nil || answer.DatasetID != id {
		t.Errorf("another name gets %+v, %v", answer, err)
	}
	_, _, err := e.register(t.Context(), e.registrationOf(t, catalog.Registration{Name: "c", DatasetID: id}, 1))
	if !errors.Is(err, wire.ErrBadRequest) || !strings.Contains(err.Error(), "another dataset") {
		t.Errorf("the id of a dataset was given away: %v", err)
	}
	if names, ids := e.remembers(); names != 1 || ids != 1 {
		t.Errorf("%d names and %d ids are in memory, of one dataset", names, ids)
	}
}

// TestUnansweredCreateIsRemembered: a pointer whose write got no answer may still
// arrive, so its dataset_id stays kept from other names.
func TestUnansweredCreateIsRemembered(t *testing.T) {
	s := newEngine(t, Defaults()).store.Client
	var late *http.Request
	held := *s
	held.Base = holding(t, s, func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/late.json") && late == nil
	}, &late)
	e := openEngine(t, &held, Defaults())
	id := catalog.NewID()
	if _, _, err := e.register(t.Context(), e.registrationOf(t, catalog.Registration{Name: "late", DatasetID: id}, 1)); !errors.Is(err, wire.ErrUnavailable) {
		t.Fatalf("the pointer was not held back: %v", err)
	}
	other := e.registrationOf(t, catalog.Registration{Name: "other", DatasetID: id}, 2)
	if _, _, err := e.register(t.Context(), other); !errors.Is(err, wire.ErrBadRequest) {
		t.Errorf("the id was given away: %v", err)
	}
	resp, err := http.DefaultClient.Do(late)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("the late pointer was answered with %+v, %v", resp, err)
	}
	resp.Body.Close()
	if m, err := e.manifest(t.Context(), "late", catalog.At{}); err != nil || m.DatasetID != id {
		t.Errorf("the dataset is %+v, %v", m, err)
	}
}

// TestForgettingRacesWithCreates: failed registrations of a name beside a good one
// take nothing from it, whichever comes first: the dataset is listed, takes more,
// and its id stays its own.
func TestForgettingRacesWithCreates(t *testing.T) {
	const rounds, failing = 20, 3
	e := newEngine(t, Defaults())
	for round := range rounds {
		name, id := fmt.Sprint("n", round), catalog.NewID()
		good := e.registrationOf(t, catalog.Registration{Name: name, Mode: catalog.Create, DatasetID: id}, round)
		regs := []*registration{good}
		for range failing {
			regs = append(regs, e.spoiled(t, catalog.Registration{Name: name, Mode: catalog.Append}))
		}
		var group sync.WaitGroup
		for _, reg := range regs {
			group.Go(func() {
				_, created, err := e.register(t.Context(), reg)
				if created != (reg == good) || (err == nil) != (reg == good) {
					t.Errorf("%s, %s: created is %t, %v", name, reg.Mode, created, err)
				}
			})
			group.Go(func() {
				if _, err := e.manifest(t.Context(), name, catalog.At{}); err != nil && !errors.Is(err, catalog.ErrDatasetNotFound) {
					t.Errorf("the manifest of %s is answered with %v", name, err)
				}
			})
		}
		group.Wait()
		if page, err := e.list(t.Context(), catalog.Name{}, maxPage); err != nil || len(page.Datasets) != round+1 {
			t.Fatalf("%d datasets are listed after round %d, %v", len(page.Datasets), round, err)
		}
		if answer := e.loadInto(t, name, catalog.Append, 100+round); answer.Rows != 2 || answer.DatasetID != id {
			t.Errorf("the dataset became %+v", answer)
		}
		_, _, err := e.register(t.Context(), e.registrationOf(t, catalog.Registration{Name: "thief", DatasetID: id}, 1))
		if !errors.Is(err, wire.ErrBadRequest) {
			t.Errorf("the id of %s was given away: %v", name, err)
		}
	}
	page, err := e.list(t.Context(), catalog.Name{}, maxPage)
	if names, ids := e.remembers(); err != nil || len(page.Datasets) != rounds || names != rounds || ids != rounds {
		t.Errorf("%d datasets are listed, %d names and %d ids are in memory, not %d: %v", len(page.Datasets), names, ids, rounds, err)
	}
}
