package catalogd_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

var (
	arrowText = arrow.BinaryTypes.String
	arrowDay  = arrow.FixedWidthTypes.Date32
)

// columnsOf writes columns as "id name type" with a "?" where there is no value.
func columnsOf(columns []catalog.Column) string {
	var words []string
	for _, c := range columns {
		word := fmt.Sprintf("%d %s %s", c.FieldID, c.Name, c.Type)
		if c.Unvalued {
			word += "?"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestDrift(t *testing.T) {
	h := open(t)
	h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false)))})
	other := put(t, h.storage, "in/b.parquet", parquetOf(t, `[{"name":1,"shift":"night"}]`, field("name", arrowLong, 0), field("shift", arrowText, 0)))
	for _, mode := range []catalog.Mode{catalog.Replace, catalog.Append} {
		_, _, err := h.Register(t.Context(), catalog.Registration{Name: "people", Mode: mode, Objects: objects(other)}, "")
		expect(t, err, catalog.ErrSchemaDrift, "people", "schema=replace")
		var p *wire.Problem
		if !errors.As(err, &p) || p.Fields["dataset"] != "people" {
			t.Fatalf("the problem is %+v", p)
		}
		var diff []string
		for _, entry := range p.Fields["diff"].([]any) {
			change := entry.(map[string]any)
			diff = append(diff, fmt.Sprint(change["column"], " ", change["change"], " ", change["from"], " ", change["to"]))
		}
		want := []string{"name retyped string long", "shift added <nil> string", "age removed long <nil>"}
		if !slices.Equal(diff, want) {
			t.Errorf("the difference is %q, not %q", diff, want)
		}
	}
	if m := h.manifest(t, "people", 0); m.Version != 1 {
		t.Errorf("a refused registration made version %d", m.Version)
	}
	// Copies that no version holds are not left behind.
	if left := keys(t, h.storage, "datasets/"); len(left) != 4 {
		t.Errorf("in storage are %q", left)
	}
}

func TestOrderOfColumnsIsFree(t *testing.T) {
	h := open(t)
	h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false)))})
	swapped := parquetOf(t, `[{"age":41,"name":"Bob"}]`, field("age", arrowLong, 0), field("name", arrowText, 0))
	answer := h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, h.storage, "in/b.parquet", swapped))})
	if got := columnsOf(answer.Columns); got != "1 name string, 2 age long" {
		t.Errorf("the columns are %s", got)
	}
	if got := readBack(t, h.storage, h.manifest(t, "people", 0).Objects[1].Key, "name"); !slices.Equal(got, []string{"Bob"}) {
		t.Errorf("the second file holds the names %v", got)
	}
}

// TestUnvalued: a column without values adopts the first real type that comes,
// under a fresh field id; a file without values fits a typed column.
func TestUnvalued(t *testing.T) {
	h := open(t)
	file := func(name, rows string, end arrow.DataType) []catalog.ObjectRef {
		return objects(put(t, h.storage, "in/"+name, parquetOf(t, rows, field("id", arrowLong, 0), field("end", end, 0))))
	}
	steps := []struct {
		name, rows string
		end        arrow.DataType
		mode       catalog.Mode
		want       string
	}{
		{"nulls", `[{"id":1,"end":null}]`, arrowText, catalog.Replace, "1 id long, 2 end string?"},
		{"nulls too", `[{"id":2,"end":null}]`, arrowText, catalog.Append, "1 id long, 2 end string?"},
		{"no rows", `[]`, arrowText, catalog.Append, "1 id long, 2 end string?"},
		{"dates", `[{"id":3,"end":"2026-01-31"}]`, arrowDay, catalog.Append, "1 id long, 3 end date"},
		{"nulls again", `[{"id":4,"end":null}]`, arrowText, catalog.Append, "1 id long, 3 end date"},
		{"replaced by nulls", `[{"id":5,"end":null}]`, arrowText, catalog.Replace, "1 id long, 3 end date"},
	}
	for _, s := range steps {
		answer := h.register(t, catalog.Registration{Name: "jobs", Mode: s.mode, Objects: file(s.name, s.rows, s.end)})
		if got := columnsOf(answer.Columns); got != s.want {
			t.Fatalf("%s: the columns are %s, not %s", s.name, got, s.want)
		}
		if m := h.manifest(t, "jobs", 0); columnsOf(m.Columns) != s.want || m.Fingerprint != catalog.Fingerprint(m.Columns) {
			t.Errorf("%s: the manifest has %s", s.name, columnsOf(m.Columns))
		}
	}
	h.refused(t, catalog.ErrSchemaDrift, catalog.Registration{Name: "jobs", Mode: catalog.Append, Objects: file("texts", `[{"id":6,"end":"soon"}]`, arrowText)}, "end")
	if m := h.manifest(t, "jobs", 1); columnsOf(m.Columns) != "1 id long, 2 end string" {
		t.Errorf("version 1 has become %s", columnsOf(m.Columns))
	}
}

func TestReplaceSchema(t *testing.T) {
	h := open(t)
	first := h.register(t, catalog.Registration{Name: "people", Objects: objects(put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false)))})
	other := put(t, h.storage, "in/b.parquet", parquetOf(t, `[{"age":"old","name":"Bob"}]`, field("age", arrowText, 0), field("name", arrowText, 0)))
	answer := h.register(t, catalog.Registration{Name: "people", Schema: catalog.ReplaceSchema, Objects: objects(other)})
	if got := columnsOf(answer.Columns); got != "3 age string, 1 name string" || answer.DatasetID != first.DatasetID || answer.Version != 2 {
		t.Errorf("the columns are %s of %+v", got, answer)
	}
	if m := h.manifest(t, "people", 1); columnsOf(m.Columns) != "1 name string, 2 age long" || m.LastColumnID != 3 {
		t.Errorf("version 1 has %s, and the last id is %d", columnsOf(m.Columns), m.LastColumnID)
	}
	h.refused(t, wire.ErrBadRequest, catalog.Registration{Name: "people", Mode: catalog.Append, Schema: catalog.ReplaceSchema, Objects: objects(other)}, "mode=replace")
}

// TestColumnsAlone: a header without rows makes a dataset with columns and no
// objects, and every such registration is a version.
func TestColumnsAlone(t *testing.T) {
	h := open(t)
	columns := []catalog.Column{{Name: "zip", Type: "string", Nullable: true}, {Name: "n", Type: "decimal(18,2)", Nullable: true}}
	first := h.register(t, catalog.Registration{Name: "empty", Columns: columns, ContentHash: "sha256:1"})
	if columnsOf(first.Columns) != "1 zip string?, 2 n decimal(18,2)" || first.Rows != 0 {
		t.Errorf("it is %+v", first)
	}
	if second := h.register(t, catalog.Registration{Name: "empty", Columns: columns, ContentHash: "sha256:2"}); second.Version != 2 {
		t.Errorf("the second is %+v", second)
	}
	m := h.manifest(t, "empty", 0)
	if m.Objects == nil || len(m.Objects) != 0 || m.Rows != 0 || m.Version != 2 {
		t.Errorf("the manifest is %+v", m)
	}
	h.refused(t, catalog.ErrBadSchema, catalog.Registration{Name: "none"}, "no columns")
}

func TestBadColumns(t *testing.T) {
	h := open(t)
	column := func(name, typ string) catalog.Column { return catalog.Column{Name: name, Type: typ, Nullable: true} }
	for what, columns := range map[string][]catalog.Column{
		"alike by case":   {column("Zip", "string"), column("zip", "string")},
		"without a name":  {column("", "string")},
		"a long name":     {column(strings.Repeat("n", 2000), "string")},
		"an unknown type": {column("a", "varchar")},
		"a wide decimal":  {column("a", "decimal(39,2)")},
		"a type and more": {column("a", "list<int>>")},
		"a deep type":     {column("a", strings.Repeat("list<", 100)+"int"+strings.Repeat(">", 100))},
	} {
		t.Run(what, func(t *testing.T) {
			h.refused(t, catalog.ErrBadSchema, catalog.Registration{Name: "bad", Columns: columns}, "column")
		})
	}
	_, err := h.Manifest(t.Context(), "bad", 0)
	expect(t, err, catalog.ErrDatasetNotFound)
}
