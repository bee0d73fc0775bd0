package catalogd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func shown(columns []catalog.Column) string {
	var words []string
	for _, c := range columns {
		words = append(words, fmt.Sprintf("%d %s %s", c.FieldID, c.Name, c.Type))
	}
	return strings.Join(words, ", ")
}

// A schema grows by columns and widens, in place where old files can be read so;
// where not, only if no old row stays. Every version keeps its own columns.
func TestASchemaEvolves(t *testing.T) {
	h := open(t)
	ints := parquetOf(t, `[{"name":"Ada","n":1}]`, field("name", arrow.BinaryTypes.String, 0), field("n", arrow.PrimitiveTypes.Int32, 0))
	h.register(t, catalog.Registration{Name: "t", Objects: objects(put(t, h.storage, "in/1.parquet", ints))})
	longs := parquetOf(t, `[{"shift":"night","n":5000000000}]`, field("shift", arrow.BinaryTypes.String, 0), field("n", arrowLong, 0))
	evolve := catalog.Registration{Name: "t", Mode: catalog.Append, Schema: catalog.EvolveSchema, Objects: objects(put(t, h.storage, "in/2.parquet", longs))}
	if got := h.register(t, evolve); shown(got.Columns) != "1 name string, 2 n long, 3 shift string" || got.Rows != 2 {
		t.Errorf("widened in place: %s, %d rows", shown(got.Columns), got.Rows)
	}
	money := parquetOf(t, `[{"n":"1.50"}]`, field("n", &arrow.Decimal128Type{Precision: 21, Scale: 2}, 0))
	evolve.Objects = objects(put(t, h.storage, "in/3.parquet", money))
	if _, _, err := h.Register(t.Context(), evolve, ""); err == nil || wire.AsProblem(err).Kind.Code != "schema_drift" {
		t.Errorf("old rows would be lost, and it is said: %v", err)
	}
	evolve.Mode, evolve.ContentHash, evolve.Removes = catalog.Rewrite, "sha256:up", refs(h.manifest(t, "t", 0).Objects)
	if got := h.register(t, evolve); shown(got.Columns) != "1 name string, 4 n decimal(21,2), 3 shift string" || got.Rows != 1 {
		t.Errorf("written again: %s, %d rows", shown(got.Columns), got.Rows)
	}
	for version, want := range map[int64]string{1: "1 name string, 2 n int", 2: "1 name string, 2 n long, 3 shift string"} {
		if got := shown(h.manifest(t, "t", version).Columns); got != want {
			t.Errorf("version %d has the columns %s, not %s", version, got, want)
		}
	}
	agree(t, h, "t", map[int64]string{
		1: `[{"name":"Ada","n":1}]`,
		2: `[{"name":"Ada","n":1,"shift":null},{"name":null,"n":5000000000,"shift":"night"}]`,
		3: `[{"name":null,"n":"1.50","shift":null}]`,
	})
}
