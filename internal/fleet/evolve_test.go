package fleet_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
)

// columnsOf gives a version's columns as "name type", 0 for the current one.
func (l lake) columnsOf(name string, version int) string {
	l.t.Helper()
	path := "/v1/catalog/manifest/" + name
	if version > 0 {
		path += fmt.Sprintf("?version=%d", version)
	}
	status, doc := l.send(http.MethodGet, path, "", "")
	if status != http.StatusOK {
		l.t.Fatalf("%s: %d %v", path, status, doc)
	}
	return wordsOf(doc, "columns", "name", "type")
}

// wordsOf gives fields of a list's entries as text.
func wordsOf(doc map[string]any, key string, fields ...string) string {
	var words []string
	for _, entry := range list(doc, key) {
		word := ""
		for _, field := range fields {
			word += fmt.Sprintf(" %v", entry.(map[string]any)[field])
		}
		words = append(words, strings.TrimSpace(word))
	}
	return strings.Join(words, ", ")
}

// With schema=evolve a dataset takes new columns and wider ones, of every format, and
// every version keeps its own.
func TestSchemaEvolves(t *testing.T) {
	l := startLake(t)
	const first = "id,n,pay,e\nA,1,1.50,1\nB,2,,2\n"
	for _, c := range []struct {
		name, params, file, changes, columns string
		rows                                 []string
	}{
		{"new_and_missing", "mode=append", "shift,id,n\nnight,C,3\n", "added shift <nil> string",
			"id string, n long, pay decimal(18,2), e long, shift string", []string{`"A"|1|"1.50"|1|null`, `"B"|2|null|2|null`, `"C"|3|null|null|"night"`}},
		{"digits", "mode=append", "id,n,pay,e\nC,3.25,1.125,3\n", "retyped n long decimal(21,2), retyped pay decimal(18,2) decimal(19,3)",
			"id string, n decimal(21,2), pay decimal(19,3), e long", []string{`"A"|"1.00"|"1.500"|1`, `"B"|"2.00"|null|2`, `"C"|"3.25"|"1.125"|3`}},
		{"exponents", "mode=append", "id,e\nC,1.5e3\n", "retyped e long double", "id string, n long, pay decimal(18,2), e double",
			[]string{`"A"|1|"1.50"|1`, `"B"|2|null|2`, `"C"|null|null|1500`}},
		{"by_key", "mode=upsert&key=n", "id,n,pay,e,t\nC,2,0.125,7,x\n", "retyped pay decimal(18,2) decimal(19,3), added t <nil> string",
			"id string, n long, pay decimal(19,3), e long, t string", []string{`"A"|1|"1.500"|1|null`, `"C"|2|"0.125"|7|"x"`}},
		{"wider_key", "mode=upsert&key=n", "id,n,pay,e\nC,2.00,,\nD,2.50,,\n", "retyped n long decimal(21,2)",
			"id string, n decimal(21,2), pay decimal(18,2), e long", []string{`"A"|"1.00"|"1.50"|1`, `"C"|"2.00"|null|null`, `"D"|"2.50"|null|null`}},
		{"to_text", "mode=append&types=pay:string", "id,n,pay,e\nC,3,n/a,3\n", "retyped pay decimal(18,2) string",
			"id string, n long, pay string, e long", []string{`"A"|1|"1.50"|1`, `"B"|2|null|2`, `"C"|3|"n/a"|3`}},
		{"in_its_place", "mode=replace", "id,n\nC,3.25\n", "retyped n long decimal(21,2)",
			"id string, n decimal(21,2), pay decimal(18,2), e long", []string{`"C"|"3.25"|null|null`}},
		{"of_json", "mode=append", `[{"id":"C","n":3.25,"shift":{"from":8}}]`, "retyped n long decimal(21,2), added shift <nil> struct<from:long>",
			"id string, n decimal(21,2), pay decimal(18,2), e long, shift struct<from:long>",
			[]string{`"A"|"1.00"|"1.50"|1|null`, `"B"|"2.00"|null|2|null`, `"C"|"3.25"|null|null|{"from":8}`}},
		{"of_parquet", "mode=append", parquetOf(t, `[{"id":"C","n":"3.25","pay":"1.125","shift":{"from":8}}]`,
			column("id", arrow.BinaryTypes.String), column("n", &arrow.Decimal128Type{Precision: 5, Scale: 2}),
			column("pay", &arrow.Decimal128Type{Precision: 9, Scale: 3}), column("shift", arrow.StructOf(column("from", arrow.PrimitiveTypes.Int64)))),
			"retyped n long decimal(21,2), retyped pay decimal(18,2) decimal(19,3), added shift <nil> struct<from:long>",
			"id string, n decimal(21,2), pay decimal(19,3), e long, shift struct<from:long>",
			[]string{`"A"|"1.00"|"1.500"|1|null`, `"B"|"2.00"|null|2|null`, `"C"|"3.25"|"1.125"|null|{"from":8}`}},
		{"parquet_by_key", "mode=upsert&key=n", parquetOf(t, `[{"id":"C","n":2,"e":1.5,"t":["x"]}]`,
			column("id", arrow.BinaryTypes.String), column("n", arrow.PrimitiveTypes.Int32),
			column("e", arrow.PrimitiveTypes.Float64), column("t", arrow.ListOf(arrow.BinaryTypes.String))),
			"retyped e long double, added t <nil> list<string>", "id string, n long, pay decimal(18,2), e double, t list<string>",
			[]string{`"A"|1|"1.50"|1|null`, `"C"|2|null|1.5|["x"]`}},
		{"as_it_is", "mode=append", "e,id,n,pay\n3,C,3,1\n", "", "id string, n long, pay decimal(18,2), e long",
			[]string{`"A"|1|"1.50"|1`, `"B"|2|null|2`, `"C"|3|"1.00"|3`}},
	} {
		l.mustIngest("name="+c.name, first)
		key := http.Header{"Content-Type": {"text/csv"}, "Idempotency-Key": {"k1"}}
		params := "name=" + c.name + "&schema=evolve&" + c.params
		status, got := l.sendWith(key, http.MethodPost, "/v1/ingest?"+params, c.file)
		if status != http.StatusCreated {
			t.Errorf("%s: %d %v", c.name, status, got)
		}
		if changes := wordsOf(got, "changes", "change", "column", "from", "to"); changes != c.changes {
			t.Errorf("%s: the changes are %s, want %s", c.name, changes, c.changes)
		}
		if columns := l.columnsOf(c.name, 0); columns != c.columns {
			t.Errorf("%s: the columns are %s, want %s", c.name, columns, c.columns)
		}
		if columns := l.columnsOf(c.name, 1); columns != "id string, n long, pay decimal(18,2), e long" {
			t.Errorf("%s: version 1 has the columns %s", c.name, columns)
		}
		if rows := l.rows("SELECT * FROM " + c.name + " ORDER BY 1"); !reflect.DeepEqual(rows, c.rows) {
			t.Errorf("%s: rows %v, want %v", c.name, rows, c.rows)
		}
		if status, doc := l.ingest(params, c.file); status != http.StatusOK {
			t.Errorf("%s, again: %d %v", c.name, status, doc)
		}
		if status, doc := l.sendWith(key, http.MethodPost, "/v1/ingest?"+params, c.file); status != http.StatusOK || doc["version"] != got["version"] {
			t.Errorf("%s, again by its key: %d %v", c.name, status, doc)
		}
	}
}

// What no wider type holds stays drift, or bad rows, and nothing changes.
func TestSchemaDoesNotEvolveIntoText(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,9007199254740993\n")
	for file, code := range map[string]string{
		"id,n\nB,x\n":       "schema_drift",
		"id,n\nB,1\nC,x\n":  "bad_rows",
		"id,n\nB,1.5e300\n": "schema_drift",
		parquetOf(t, `[{"id":"B","n":"x"}]`, column("id", arrow.BinaryTypes.String), column("n", arrow.BinaryTypes.String)):             "schema_drift",
		parquetOf(t, `[{"id":"B","n":"2026-01-31"}]`, column("id", arrow.BinaryTypes.String), column("n", arrow.PrimitiveTypes.Date32)): "schema_drift",
	} {
		status, doc := l.ingest("name=t&mode=append&schema=evolve", file)
		if status < 400 || doc["code"] != code {
			t.Errorf("%q: %d %v, want %s", file, status, doc, code)
		}
		if detail := fmt.Sprint(doc["detail"]); code == "schema_drift" && !strings.Contains(file, "e300") && (strings.Contains(detail, "columns with schema=evolve") ||
			!strings.Contains(detail, `in column "n"`) || !strings.Contains(detail, "types=") || !strings.Contains(detail, "mode=replace&schema=replace")) {
			t.Errorf("%q: %s", file, detail)
		}
	}
	if rows := l.versionsOf("t"); !reflect.DeepEqual(rows, []float64{1}) {
		t.Errorf("rows of the versions %v", rows)
	}
	for _, asked := range []string{"", "&schema=evolve"} { // what is left to one that may replace all rows
		status, doc := l.ingest("name=t"+asked, "id,n\nB,x\n")
		if detail := fmt.Sprint(doc["detail"]); status != http.StatusConflict || !strings.Contains(detail, "take its schema with schema=replace") || strings.Contains(detail, "columns with schema=evolve") != (asked == "") {
			t.Errorf("%q: %d %v", asked, status, doc)
		}
	}
	for _, file := range []string{"id,n\nB,x\n", parquetOf(t, `[{"id":"P","n":"x"}]`, column("id", arrow.BinaryTypes.String), column("n", arrow.BinaryTypes.String))} {
		if status, doc := l.ingest("name=t&mode=append&schema=evolve&types=n:string", file); status != http.StatusCreated {
			t.Errorf("as the answer says: %d %v", status, doc)
		}
	}
}
