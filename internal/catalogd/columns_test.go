package catalogd_test

import (
	"encoding/json"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestNullableIsNotIgnored: a column that may hold no NULL is not there yet and
// is refused by name; silence means nullable, as ever.
func TestNullableIsNotIgnored(t *testing.T) {
	h := open(t)
	register := func(column string) error {
		body := json.RawMessage(`{"name":"people","columns":[{"name":"id","type":"long"},` + column + `]}`)
		var answer catalog.Registered
		err := h.JSON(t.Context(), "POST", "/catalog/register", nil, body, &answer)
		for _, c := range answer.Columns {
			if !c.Nullable {
				t.Errorf("%s gives a column %+v", column, c)
			}
		}
		return err
	}
	expect(t, register(`{"name":"zip","type":"string","nullable":false}`), wire.ErrNotSupported, `"zip"`, "nullable", "leave it out")
	if _, err := h.Manifest(t.Context(), "people", 0); err == nil {
		t.Error("the refused registration made a dataset")
	}
	for _, column := range []string{`{"name":"zip","type":"string"}`, `{"name":"zip","type":"string","nullable":true}`} {
		if err := register(column); err != nil {
			t.Errorf("%s: %v", column, err)
		}
	}
	expect(t, register(`{"name":"zip","type":"string","nullable":"no"}`), wire.ErrBadRequest, `"columns.nullable" takes true or false`)
	expect(t, register(`{"name":5,"type":"string"}`), wire.ErrBadRequest, `"columns.name" takes a string`)
	expect(t, register(`{"name":"zip","type":"string","nulable":false}`), wire.ErrUnknownField, "nulable")
	var none catalog.Registered
	expect(t, h.JSON(t.Context(), "POST", "/catalog/register", nil, json.RawMessage(`{"name":5}`), &none), wire.ErrBadRequest, `field "name"`)
}

// TestQuarantineTakesBadRowsOnly: under the name of a quarantine stands what
// ingestd kept back, and nothing else gets in or takes it away.
func TestQuarantineTakesBadRowsOnly(t *testing.T) {
	h := open(t)
	own := objects(put(t, h.storage, "in/a.parquet", people(t, "Ada", 36, false)))
	bad := catalog.Registration{Name: "hr.people__quarantine", Mode: catalog.Append, Columns: catalog.QuarantineColumns(), ContentHash: "sha256:1"}
	if first := h.register(t, bad); first.Version != 1 {
		t.Errorf("the first bad rows are answered with %+v", first)
	}
	for what, reg := range map[string]catalog.Registration{
		"objects alone":      {Name: "people__quarantine", Objects: own},
		"an append":          {Name: "people__quarantine", Mode: catalog.Append, Objects: own},
		"other columns":      {Name: "people__quarantine", Mode: catalog.Append, Columns: catalog.QuarantineColumns()[:5]},
		"another's":          {Name: "hr.people__quarantine", Objects: own, Schema: catalog.ReplaceSchema},
		"the rows replaced":  {Name: "hr.people__quarantine", Columns: catalog.QuarantineColumns()},
		"a quarantine alone": {Name: "__quarantine", Objects: own},
	} {
		t.Run(what, func(t *testing.T) {
			h.refused(t, catalog.ErrBadName, reg, "__quarantine", "choose another name")
		})
	}
	bad.ContentHash = "sha256:2"
	if second := h.register(t, bad); second.Version != 2 {
		t.Errorf("more bad rows are answered with %+v", second)
	}
}
