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
