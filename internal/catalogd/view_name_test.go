package catalogd_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestAViewAndADatasetShareNoName: whoever comes second is refused by a code of its
// own, whichever of the two it is and however it would get the name, and whoever asks
// for the other sort is told what the name has.
func TestAViewAndADatasetShareNoName(t *testing.T) {
	h := open(t)
	h.load(t, catalog.Replace, "Ada")
	if _, _, err := h.Register(t.Context(), catalog.Registration{Name: "other", Objects: objects(put(t, h.storage, "in/o.parquet", people(t, "Eve", 1, false)))}, ""); err != nil {
		t.Fatal(err)
	}
	h.registerView(t, viewed("v", "FROM people", catalog.Create, "name:string"))
	for _, mode := range []catalog.Mode{catalog.Create, catalog.Replace} {
		_, _, err := h.RegisterView(t.Context(), viewed("people", "FROM other", mode, "name:string"), "")
		expect(t, err, catalog.ErrDatasetExists, "people", "choose another name")
	}
	for _, mode := range []catalog.Mode{catalog.Create, catalog.Replace, catalog.Append} {
		h.refused(t, catalog.ErrViewExists, catalog.Registration{Name: "v", Mode: mode, Objects: objects(catalog.ObjectRef{Key: "in/o.parquet"})}, "view v", "/catalog/views/v")
	}
	_, err := h.Rename(t.Context(), "other", "v", "")
	expect(t, err, catalog.ErrViewExists, "v")

	// A name that changed hands: neither comes back over the other.
	h.drop(t, "other")
	h.registerView(t, viewed("other", "FROM people", catalog.Create, "name:string"))
	_, err = h.Restore(t.Context(), "other", "", "")
	expect(t, err, catalog.ErrViewExists, "other")
	if _, err := h.DropView(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Restore(t.Context(), "other", "", ""); err != nil {
		t.Fatal(err)
	}
	_, err = h.RestoreView(t.Context(), "other", "", "")
	expect(t, err, catalog.ErrDatasetExists, "other")

	h.askedForTheOtherSort(t)
	list, err := h.List(t.Context(), "", 0)
	if err != nil || len(list.Datasets) != 2 || !slices.Equal(h.viewNames(t), []string{"default.v"}) {
		t.Errorf("there are %+v and %q, %v", list.Datasets, h.viewNames(t), err)
	}
}

func (h house) askedForTheOtherSort(t *testing.T) {
	ctx := t.Context()
	for what, ask := range map[string]func() error{
		"manifest": func() error { _, err := h.Manifest(ctx, "v", 0); return err },
		"versions": func() error { _, err := h.Versions(ctx, "v", "", 0); return err },
		"diff":     func() error { _, err := h.Diff(ctx, "v", catalog.At{Version: 1}, catalog.At{}); return err },
		"receipt": func() error {
			_, err := h.Receipt(ctx, catalog.ReceiptOf{Name: "v", Mode: catalog.Replace}, "k")
			return err
		},
		"tag":      func() error { _, err := h.Tag(ctx, "v", "t", catalog.At{}, false, ""); return err },
		"rollback": func() error { _, err := h.Rollback(ctx, "v", catalog.At{Version: 1}, ""); return err },
		"drop":     func() error { _, err := h.Drop(ctx, "v", ""); return err },
		"rename":   func() error { _, err := h.Rename(ctx, "v", "w", ""); return err },
		"describe": func() error {
			_, err := h.Describe(ctx, "v", catalog.Description{Description: new(string)}, "")
			return err
		},
		"purge": func() error { _, err := h.Purge(ctx, catalog.Purge{Name: "v", DatasetID: catalog.NewID()}); return err },
	} {
		if err := ask(); !errors.Is(err, catalog.ErrIsView) || !strings.Contains(err.Error(), "/catalog/views/v") {
			t.Errorf("%s of a view: %v", what, err)
		}
	}
	for what, ask := range map[string]func() error{
		"view":     func() error { _, err := h.View(ctx, "people", catalog.At{}); return err },
		"versions": func() error { _, err := h.ViewVersions(ctx, "people", "", 0); return err },
		"drop":     func() error { _, err := h.DropView(ctx, "people", ""); return err },
		"describe": func() error { _, err := h.DescribeView(ctx, "people", "x", ""); return err },
	} {
		if err := ask(); !errors.Is(err, catalog.ErrViewNotFound) || !strings.Contains(err.Error(), "is a dataset") {
			t.Errorf("%s of a dataset as a view: %v", what, err)
		}
	}
}
