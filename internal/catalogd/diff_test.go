package catalogd_test

import (
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestDiff: what separates two versions, named by number, tag or time, in rows,
// files, bytes and columns, whichever is the older.
func TestDiff(t *testing.T) {
	h := open(t)
	h.load(t, catalog.Replace, "Ada")
	h.load(t, catalog.Append, "Bob")
	h.tag(t, "people", "two", 2, false)
	other := parquetOf(t, `[{"city":"Austin","name":"Ada"},{"city":"Waco","name":"Bob"}]`, field("city", arrow.BinaryTypes.String, 0), field("name", arrow.BinaryTypes.String, 0))
	h.register(t, catalog.Registration{Name: "people", Schema: catalog.ReplaceSchema, Objects: objects(put(t, h.storage, "in/o", other))})

	second, third := h.manifest(t, "people", 2), h.manifest(t, "people", 3)
	for _, from := range []catalog.At{{Version: 2}, {Tag: "two"}} {
		d, err := h.Diff(t.Context(), "people", from, catalog.At{})
		if err != nil {
			t.Fatal(err)
		}
		if d.From.Version != 2 || d.To.Version != 3 || d.From.Rows != 2 || d.To.Rows != 2 || d.RowsAdded != 2 || d.RowsRemoved != 2 ||
			d.FilesAdded != 1 || d.FilesRemoved != 2 || d.BytesAdded != third.Bytes || d.BytesRemoved != second.Bytes {
			t.Errorf("from %s: %+v", from, d)
		}
		if len(d.Schema) != 2 || d.Schema[0].Column != "city" || d.Schema[0].Change != "added" || d.Schema[1].Column != "age" || d.Schema[1].Change != "removed" {
			t.Errorf("from %s the columns changed by %+v", from, d.Schema)
		}
	}
	d, err := h.Diff(t.Context(), "people", catalog.At{AsOf: second.UpdatedAt}, catalog.At{Version: 1})
	if err != nil || d.From.Version != 2 || d.To.Version != 1 || d.RowsRemoved != 1 || d.RowsAdded != 0 || d.FilesRemoved != 1 || len(d.Schema) != 0 {
		t.Errorf("backwards: %+v, %v", d, err)
	}
	_, err = h.Diff(t.Context(), "people", catalog.At{Version: 1}, catalog.At{Version: 9})
	expect(t, err, catalog.ErrVersionNotFound)
	_, err = h.Diff(t.Context(), "people", catalog.At{}, catalog.At{})
	expect(t, err, wire.ErrBadRequest, "from", "tag:")
	err = h.JSON(t.Context(), "GET", "/catalog/diff/people?from=1&to=soon", nil, nil, nil)
	if !errors.Is(err, wire.ErrBadRequest) {
		t.Errorf("to=soon: %v", err)
	}
}
