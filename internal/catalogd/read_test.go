package catalogd_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestListPages(t *testing.T) {
	h := open(t)
	columns := []catalog.Column{{Name: "a", Type: "long", Nullable: true}}
	names := []string{"zz.a", "b", "aa.x", "a", "default.c", "zz_y"}
	for _, name := range names {
		h.register(t, catalog.Registration{Name: name, Columns: columns})
	}
	want := []string{"aa.x", "default.a", "default.b", "default.c", "default.zz_y", "zz.a"}
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []string
		for d, err := range h.EachDataset(t.Context(), limit) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d.Namespace+"."+d.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %q", limit, got)
		}
	}
	_, err := h.List(t.Context(), "no/cursor", 0)
	expect(t, err, wire.ErrBadRequest, "cursor")
}

func TestVersionPages(t *testing.T) {
	h := open(t)
	for i := range 7 {
		h.register(t, catalog.Registration{Name: "a", Columns: []catalog.Column{{Name: "a", Type: "long", Nullable: true}}, ContentHash: fmt.Sprint(i)})
	}
	var got []int64
	for v, err := range h.EachVersion(t.Context(), "a", 3) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v.Version)
	}
	if !slices.Equal(got, []int64{7, 6, 5, 4, 3, 2, 1}) {
		t.Errorf("the versions are %v", got)
	}
	_, err := h.Manifest(t.Context(), "a", 8)
	expect(t, err, catalog.ErrVersionNotFound, "1 to 7")
}

func TestNearNames(t *testing.T) {
	h := open(t)
	for _, name := range []string{"placements", "placement_rates", "hr.invoices", "candidates", "candidatos"} {
		h.register(t, catalog.Registration{Name: name, Columns: []catalog.Column{{Name: "a", Type: "long", Nullable: true}}})
	}
	for wanted, near := range map[string][]string{
		"placments":      {"placements"},
		"placement":      {"placements", "placement_rates"},
		"invoices":       {"hr.invoices"},
		"candidates_x":   {"candidates", "candidatos"},
		"candidatas":     {"candidates", "candidatos"},
		"something_else": {},
	} {
		_, err := h.Manifest(t.Context(), wanted, 0)
		expect(t, err, catalog.ErrDatasetNotFound, wanted)
		var p *wire.Problem
		errors.As(err, &p)
		got := fmt.Sprint(p.Fields["near"])
		if got != fmt.Sprint(near) {
			t.Errorf("near %s are %s, not %v", wanted, got, near)
		}
	}
}

func TestWrongRequests(t *testing.T) {
	h := open(t)
	h.register(t, catalog.Registration{Name: "a", Columns: []catalog.Column{{Name: "a", Type: "long", Nullable: true}}})
	for path, kind := range map[string]*wire.Kind{
		"/catalog/manifest/a?as_of=yesterday":            wire.ErrBadRequest,
		"/catalog/manifest/a?as_of=2026-01-01T00:00:00Z": catalog.ErrVersionNotFound,
		"/catalog/manifest/a?tag=":                       wire.ErrBadRequest,
		"/catalog/manifest/a?tag=payroll":                catalog.ErrTagNotFound,
		"/catalog/manifest/a?version=1&tag=payroll":      wire.ErrBadRequest,
		"/catalog/manifest/a?version=0":                  wire.ErrBadRequest,
		"/catalog/manifest/a?versoin=1":                  wire.ErrUnknownParameter,
		"/catalog/manifest/A":                            catalog.ErrBadName,
		"/catalog/manifest/a.b.c":                        catalog.ErrBadName,
		"/catalog/manifest/%22a%22":                      catalog.ErrBadName,
		"/catalog/manifest/..%2Fa":                       catalog.ErrBadName,
		"/catalog/manifest/" + strings.Repeat("a", 300):  catalog.ErrBadName,
		"/catalog/list?limit=-1":                         wire.ErrBadRequest,
		"/catalog/versions/a?cursor=x":                   wire.ErrBadRequest,
		"/catalog/receipts/a?mode=upsert":                wire.ErrBadRequest,
	} {
		name, query, _ := strings.Cut(path, "?")
		err := h.JSON(t.Context(), "GET", name+"?"+query, nil, nil, nil)
		if query == "" {
			err = h.JSON(t.Context(), "GET", name, nil, nil, nil)
		}
		if !errors.Is(err, kind) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for what, reg := range map[string]catalog.Registration{
		"upsert":       {Name: "a", Mode: "upsert"},
		"another mode": {Name: "a", Mode: "merge"},
		"no UUID":      {Name: "a", DatasetID: "../x"},
	} {
		_, _, err := h.Register(t.Context(), reg, "")
		if !errors.Is(err, wire.ErrNotSupported) && !errors.Is(err, wire.ErrBadRequest) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSecondCatalogIsSeen: what another catalogd made is found, in a shared
// bucket at once.
func TestSecondCatalogIsSeen(t *testing.T) {
	a := open(t)
	shared := catalogd.Defaults()
	shared.Shared = true
	b := house{Client: start(t, a.storage, shared), storage: a.storage}
	columns := []catalog.Column{{Name: "a", Type: "long", Nullable: true}}
	a.register(t, catalog.Registration{Name: "x", Columns: columns, ContentHash: "1"})
	if m := b.manifest(t, "x", 0); m.Version != 1 {
		t.Errorf("the other sees version %d", m.Version)
	}
	a.register(t, catalog.Registration{Name: "x", Columns: columns, ContentHash: "2"})
	a.register(t, catalog.Registration{Name: "y", Columns: columns})
	if m := b.manifest(t, "x", 0); m.Version != 2 {
		t.Errorf("the other sees version %d after the second", m.Version)
	}
	page, err := b.List(t.Context(), "", 0)
	if err != nil || len(page.Datasets) != 2 || page.Datasets[0].Version != 2 {
		t.Errorf("the other lists %+v, %v", page.Datasets, err)
	}
}
