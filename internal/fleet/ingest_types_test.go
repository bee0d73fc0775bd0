package fleet_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// typesOf gives an answer's columns as "name type", with the format where one
// was read.
func typesOf(doc map[string]any) []string {
	var types []string
	for _, c := range list(doc, "columns") {
		column := c.(map[string]any)
		text := column["name"].(string) + " " + column["type"].(string)
		if format, ok := column["format"].(string); ok {
			text += " " + format
		}
		types = append(types, text)
	}
	return types
}

// Every type that a CSV column can become is read back by SQL as it was
// written; what is only nearly of a type stays text, byte for byte.
func TestEveryTypeComesBack(t *testing.T) {
	l := startLake(t)
	columns := []struct{ typ, format, first, second, sql, want1, want2 string }{
		{"boolean", "", "true", "false", "v", "true", "false"},
		{"long", "", "9007199254740993", "-7", "v", "9007199254740993", "-7"},
		{"decimal(18,3)", "", "5", "5.125", "v", `"5.000"`, `"5.125"`},
		{"decimal(38,2)", "", "12345678901234567.1", "-0.05", "v", `"12345678901234567.10"`, `"-0.05"`},
		{"double", "", "1.5e10", "-2.25E-3", "CAST(v AS TEXT)", `"15000000000.0"`, `"-0.00225"`},
		{"date", "", "2026-01-31", "2026-02-01", "v", `"2026-01-31"`, `"2026-02-01"`},
		{"date", "%d/%m/%Y", "31/01/2026", "01/02/2026", "v", `"2026-01-31"`, `"2026-02-01"`},
		{"date", "%-m/%-d/%Y", "1/31/2026", "11/2/2026", "v", `"2026-01-31"`, `"2026-11-02"`},
		{"date", "%Y.%m.%d", "2026.01.31", "2026.02.01", "v", `"2026-01-31"`, `"2026-02-01"`},
		{"time", "", "08:30", "23:59", "v", `"08:30:00"`, `"23:59:00"`},
		{"time", "", "08:30:15", "23:59:59.999999", "v", `"08:30:15"`, `"23:59:59.999999"`},
		{"timestamp", "", "2026-01-31 08:30:00", "2026-01-31 08:30:00.5", "CAST(v AS TEXT)", `"2026-01-31 08:30:00"`, `"2026-01-31 08:30:00.5"`},
		{"timestamp", "%d.%m.%Y %H:%M", "31.01.2026 08:30", "01.02.2026 00:05", "CAST(v AS TEXT)", `"2026-01-31 08:30:00"`, `"2026-02-01 00:05:00"`},
		{"timestamp", "%-m/%-d/%Y %-I:%M %p", "1/31/2026 12:30 AM", "11/2/2026 8:05 pm", "CAST(v AS TEXT)", `"2026-01-31 00:30:00"`, `"2026-11-02 20:05:00"`},
		{"time", "%-I:%M %p", "8:30 AM", "12:00 PM", "v", `"08:30:00"`, `"12:00:00"`},
		{"date", "%d-%b-%Y", "02-Jan-2026", "31-DEC-2026", "v", `"2026-01-02"`, `"2026-12-31"`},
		{"date", "%-d %B %Y", "2 January 2026", "31 may 2026", "v", `"2026-01-02"`, `"2026-05-31"`},
		{"date", "%b %-d, %Y", `"Jan 2, 2026"`, `"Feb 12, 2026"`, "v", `"2026-01-02"`, `"2026-02-12"`},
		{"timestamptz", "", "1970-01-01T02:00:01+02:00", "1970-01-01T00:00:01.5Z", "epoch_us(v)", "1000000", "1500000"},
		{"string", "", "01234", "56789", "v", `"01234"`, `"56789"`},
		{"string", "", "NA", "1", "v", `"NA"`, `"1"`},
		{"string", "", "null", "NaN", "v", `"null"`, `"NaN"`},
		{"string", "", "01/02/2026", "03/04/2026", "v", `"01/02/2026"`, `"03/04/2026"`},
		{"string", "", " 5", "+5", "v", `" 5"`, `"+5"`},
		{"string", "", "9223372036854775808", "1", "v", `"9223372036854775808"`, `"1"`},
	}
	lines, selected := []string{"id", "1", "2", "3"}, []string{}
	for i, c := range columns {
		for n, cell := range []string{fmt.Sprint("v", i), c.first, c.second, ""} {
			lines[n] += "," + cell
		}
		selected = append(selected, strings.ReplaceAll(c.sql, "v", fmt.Sprint("v", i)))
	}
	doc := l.mustIngest("name=t", strings.Join(lines, "\n")+"\n")
	types, warnings := typesOf(doc), list(doc, "warnings")
	rows := l.rows("SELECT " + strings.Join(selected, ", ") + " FROM t ORDER BY id")
	first, second := strings.Split(rows[0], "|"), strings.Split(rows[1], "|")
	for i, c := range columns {
		name := fmt.Sprint("v", i)
		if want := strings.TrimSpace(name + " " + c.typ + " " + c.format); types[i+1] != want {
			t.Errorf("%s, %s: read as %s, want %s", c.first, c.second, types[i+1], want)
		}
		if first[i] != c.want1 || second[i] != c.want2 {
			t.Errorf("%s, %s as %s: came back %s, %s", c.first, c.second, c.typ, first[i], second[i])
		}
		warned := slices.Contains(warnings, any(fmt.Sprintf("column %q was read as %s in the format %s", name, c.typ, c.format)))
		if warned != (c.format != "") {
			t.Errorf("%s, %s: warnings %v", c.first, c.second, warnings)
		}
	}
	if strings.Trim(rows[2], "nul|") != "" {
		t.Errorf("NULLs came back as %s", rows[2])
	}
	if doc := l.mustIngest("name=blank_lines", "id,v\n\n1,x\n\n\n2,y\n\n"); doc["rows"] != 2.0 || !reflect.DeepEqual(doc["warnings"], []any{"blank lines were skipped: 4"}) {
		t.Errorf("blank lines: %v", doc)
	}
}

// The schema of an existing dataset is the target: the order of the columns and
// the case of their names are free, and what the values would be by themselves
// does not matter where they fit without loss.
func TestAnExistingSchemaIsTheTarget(t *testing.T) {
	l := startLake(t)
	first := l.mustIngest("name=t", "Id,zip,rate,n,day,ok\nA,01234,12.50,5,2026-01-31,true\n")
	for _, mode := range []string{"append", "replace"} {
		doc := l.mustIngest("name=t&mode="+mode, "OK,N,Day,RATE,zip,id\nFALSE,6,01/02/2026,13,75001,7\nTRUE,8,13/02/2026,1.500,75002,8\n")
		if doc["fingerprint"] != first["fingerprint"] || doc["dataset_id"] != first["dataset_id"] || namesOf(doc) != "Id zip rate n day ok" {
			t.Errorf("%s: %v", mode, doc)
		}
		got := l.rows("SELECT * FROM t WHERE zip > '7' ORDER BY zip")
		want := []string{`"7"|"75001"|"13.00"|6|"2026-02-01"|false`, `"8"|"75002"|"1.50"|8|"2026-02-13"|true`}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: rows %v, want %v", mode, got, want)
		}
	}
	// Half of the values is bad rows, more than half is drift; NULLs do not count.
	for _, c := range []struct{ csv, code string }{
		{"Id,zip,rate,n,day,ok\n1,,,1,,\n2,,,x,,\n3,,,,,\n4,,,,,\n", "bad_rows"},
		{"Id,zip,rate,n,day,ok\n1,,,1,,\n2,,,x,,\n3,,,5.0,,\n4,,,,,\n5,,,,,\n", "schema_drift"},
		{"Id,zip,rate,n,day,ok\n1,,0.125,1,,\n2,,1.5,2,,\n", "bad_rows"},
		{"Id,zip,rate,n,day,ok\n1,,,9223372036854775808,,\n2,,,2,,\n", "bad_rows"},
		{"Id,zip,rate,n,day\n1,,1.5,1,\n", "schema_drift"},
	} {
		if status, doc := l.ingest("name=t&mode=append", c.csv); status < 400 || doc["code"] != c.code {
			t.Errorf("%q: %d %v, want %s", c.csv, status, doc, c.code)
		}
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "2" {
		t.Errorf("a refused file changed the dataset: %v", got)
	}
}

// A file that is no CSV is told what it is and how to go on.
func TestFilesThatAreNoCSV(t *testing.T) {
	l := startLake(t)
	for says, body := range map[string]string{
		"Excel workbook":         "PK\x03\x04\x14\x00\x06\x00",
		"old Excel workbook":     "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"Parquet file":           "PAR1\x15\x04\x15",
		"gzip":                   "\x1f\x8b\x08\x00",
		"zstd":                   "\x28\xb5\x2f\xfd\x04",
		"PDF document":           "%PDF-1.7\n",
		"not utf-16le":           "\xff\xfea\x00\n",
		"the file is empty":      "\ufeff",
		"it has no header":       "\n\n\r\n",
		"too many columns":       strings.Repeat("c,", 10_001) + "c\n",
		"never closed":           "a,\"b\n1,2\n",
		"the header line has":    "a,b\x00\n1,2\n",
		"save the file as UTF-8": "a,M\xfcller,Ł\n1,2,3\n",
	} {
		status, doc := l.ingest("name=t", body)
		if detail, _ := doc["detail"].(string); status != http.StatusUnprocessableEntity || !strings.Contains(detail, says) {
			t.Errorf("%.20q: %d %v, want the words %q", body, status, doc, says)
		}
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}
