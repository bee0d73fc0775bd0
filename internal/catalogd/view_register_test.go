package catalogd_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestViewIsRefused: what no view can be is refused by name, and changes nothing.
func TestViewIsRefused(t *testing.T) {
	h := open(t)
	h.registerView(t, viewed("v", "SELECT 1 AS a", catalog.Create, "a:int"))
	based := func(mode catalog.Mode, version int64) catalog.ViewRegistration {
		v := viewed("v", "SELECT 2 AS a", mode, "a:int")
		v.BaseVersion = &version
		return v
	}
	for _, c := range []struct {
		v    catalog.ViewRegistration
		kind error
		says string
	}{
		{viewed("v", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrViewExists, "mode=replace"},
		{viewed("V", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrBadName, "V"},
		{viewed("v__quarantine", "SELECT 2 AS a", catalog.Create, "a:int"), catalog.ErrBadName, "__quarantine"},
		{viewed("w", " ", catalog.Create, "a:int"), wire.ErrBadRequest, "sql"},
		{viewed("w", "SELECT '"+strings.Repeat("x", catalog.MaxViewSQL)+"'", catalog.Create, "a:int"), wire.ErrBadRequest, "65536"},
		{viewed("w", "SELECT 1", catalog.Append, "a:int"), wire.ErrBadRequest, "append"},
		{viewed("w", "SELECT 1", catalog.Create), catalog.ErrBadSchema, "no columns"},
		{viewed("w", "SELECT 1", catalog.Create, "a:int", "A:int"), catalog.ErrBadSchema, "two columns"},
		{based(catalog.Replace, 2), catalog.ErrViewChanged, "is 1, not 2"},
		{based(catalog.Replace, 0), catalog.ErrViewChanged, "is 1, not 0"},
		{based(catalog.Create, 0), wire.ErrBadRequest, "base_version"},
	} {
		_, _, err := h.RegisterView(t.Context(), c.v, "")
		expect(t, err, c.kind, c.says)
	}
	for _, at := range []catalog.At{{Version: 2}, {AsOf: time.Now().Add(-time.Hour)}} {
		_, err := h.View(t.Context(), "v", at)
		expect(t, err, catalog.ErrVersionNotFound, "v")
	}
	_, err := h.View(t.Context(), "v", catalog.At{Tag: "t"})
	expect(t, err, catalog.ErrTagNotFound, "views have no tags")
	_, err = h.View(t.Context(), "vv", catalog.At{})
	expect(t, err, catalog.ErrViewNotFound, "did you mean v?")
	if v := h.view(t, "v", catalog.At{}); v.Version != 1 || v.SQL != "SELECT 1 AS a" {
		t.Errorf("the view is %+v", v)
	}
}

// TestViewKeyIsRemembered: a retry with the same key gets the first answer, whatever
// came in between and however the same is written, without being bound or with what it
// is bound to now; and the same key with another request is refused.
func TestViewKeyIsRemembered(t *testing.T) {
	h := open(t)
	one := viewed("v", "SELECT 1 AS a", catalog.Create, "a:int")
	first, created, err := h.RegisterView(t.Context(), one, "k")
	if err != nil || !created {
		t.Fatal(created, err)
	}
	h.registerView(t, viewed("v", "SELECT 2 AS a", catalog.Replace, "a:int"))
	one.Columns[0].Type = "long" // it is bound anew
	if again, created, err := h.RegisterView(t.Context(), one, "k"); err != nil || created || !same(again, first) {
		t.Errorf("the retry is answered with %t, %+v, %v", created, again, err)
	}
	other := viewed("v", "SELECT 3 AS a", catalog.Create, "a:int")
	_, _, err = h.RegisterView(t.Context(), other, "k")
	expect(t, err, catalog.ErrIdempotencyReused, "k")

	for _, v := range []catalog.NewView{one.NewView, {Name: "default.v", SQL: one.SQL}} {
		if again, err := h.ViewReceipt(t.Context(), v, "k"); err != nil || !same(again, first) {
			t.Errorf("the receipt of %+v says %+v, %v", v, again, err)
		}
	}
	_, err = h.ViewReceipt(t.Context(), other.NewView, "k")
	expect(t, err, catalog.ErrIdempotencyReused, "k")
	for key, name := range map[string]string{"k2": "v", "": "v", "k": "w"} {
		_, err = h.ViewReceipt(t.Context(), catalog.NewView{Name: name, SQL: one.SQL}, key)
		expect(t, err, catalog.ErrReceiptNotFound, name)
	}
}

func same(a, b catalog.RegisteredView) bool {
	return a.ViewID == b.ViewID && a.Version == b.Version && a.SQL == b.SQL && slices.Equal(a.Columns, b.Columns) && a.UpdatedAt.Equal(b.UpdatedAt)
}

// TestConcurrentReplacements: of many who replace a view through two catalogds upon
// the same version, as base_version says, one gets through for each version, and the
// history has every acknowledged statement once, in order.
func TestConcurrentReplacements(t *testing.T) {
	a, b := pair(t, testbed.StartStoraged(t))
	a.registerView(t, viewed("v", "SELECT 0", catalog.Create, "n:int"))
	var mu sync.Mutex
	said := map[int64]string{1: "SELECT 0"}
	var writers sync.WaitGroup
	for i, h := range []house{a, b, a, b} {
		writers.Go(func() {
			for round := range 5 {
				current, err := h.View(t.Context(), "v", catalog.At{})
				if err != nil {
					t.Error(err)
					return
				}
				v := viewed("v", strings.Repeat(" ", i)+"SELECT "+strings.Repeat("1", round+1), catalog.Replace, "n:int")
				v.BaseVersion = &current.Version
				answer, _, err := h.RegisterView(t.Context(), v, "")
				if errors.Is(err, catalog.ErrViewChanged) {
					continue
				}
				mu.Lock()
				if err != nil || answer.Version != current.Version+1 || said[answer.Version] != "" {
					t.Errorf("upon version %d: %+v, %v", current.Version, answer, err)
				}
				said[answer.Version] = v.SQL
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	history, err := b.ViewVersions(t.Context(), "v", "", 0)
	if err != nil || len(history.Versions) != len(said) {
		t.Fatalf("%d versions were acknowledged, and there are %d, %v", len(said), len(history.Versions), err)
	}
	for i, v := range history.Versions {
		if v.Version != int64(len(said)-i) || v.SQL != said[v.Version] {
			t.Errorf("version %d is %q, and was acknowledged as %q", v.Version, v.SQL, said[v.Version])
		}
	}
}
