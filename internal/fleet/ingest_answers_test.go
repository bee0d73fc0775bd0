package fleet_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// keysOf gives the members of a JSON object, sorted.
func keysOf(doc any) string {
	object, _ := doc.(map[string]any)
	return strings.Join(slices.Sorted(maps.Keys(object)), " ")
}

// list gives a member of a JSON object that is a list.
func list(doc map[string]any, name string) []any {
	items, _ := doc[name].([]any)
	return items
}

// The answer's members are what clients are written against.
func TestAnAnswerHasItsShape(t *testing.T) {
	l := startLake(t)
	const csv = "id,n\nA,1\nB,\nC,x\n"
	const members = "bytes_in bytes_stored columns dataset dataset_id elapsed_ms fingerprint namespace quarantine rejected rows unchanged version warnings"
	first := l.mustIngest("name=hr.placements", csv)
	if got := keysOf(first); got != members {
		t.Errorf("members %s, want %s", got, members)
	}
	want := map[string]any{"dataset": "placements", "namespace": "hr", "version": 1.0, "rows": 3.0, "rejected": 0.0,
		"quarantine": nil, "bytes_in": float64(len(csv)), "unchanged": false, "warnings": []any{},
		"columns": []any{
			map[string]any{"name": "id", "type": "string", "nullable": true},
			map[string]any{"name": "n", "type": "string", "nullable": true}}}
	for name, value := range want {
		if !reflect.DeepEqual(first[name], value) {
			t.Errorf("%s is %v, want %v", name, first[name], value)
		}
	}
	_, manifest := l.send(http.MethodGet, "/v1/catalog/manifest/hr.placements", "", "")
	for name, of := range map[string]string{"dataset_id": "dataset_id", "fingerprint": "fingerprint", "bytes_stored": "bytes"} {
		if first[name] != manifest[of] || first[name] == nil {
			t.Errorf("%s is %v, the manifest's %s %v", name, first[name], of, manifest[of])
		}
	}
	status, again := l.ingest("name=hr.placements", csv)
	if status != http.StatusOK || again["unchanged"] != true || keysOf(again) != members {
		t.Errorf("again: %d %v", status, again)
	}
	for name := range first {
		if name != "unchanged" && name != "elapsed_ms" && !reflect.DeepEqual(again[name], first[name]) {
			t.Errorf("again: %s is %v, was %v", name, again[name], first[name])
		}
	}
}

// A file without rows that replaces some is taken, and says where the rows are.
func TestAHeaderAloneThatEmptiesADatasetWarns(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "a,b\n1,x\n2,y\n")
	if doc := l.mustIngest("name=t&mode=append", "b,a\n"); len(list(doc, "warnings")) != 0 || doc["version"] != 2.0 {
		t.Errorf("an append of nothing: %v", doc)
	}
	doc := l.mustIngest("name=t", "a,b\n")
	warnings := list(doc, "warnings")
	if doc["rows"] != 0.0 || doc["version"] != 3.0 || len(warnings) != 1 {
		t.Fatalf("%v", doc)
	}
	for _, words := range []string{"the dataset is empty from now on", "version 2 has its 2 rows"} {
		if !strings.Contains(warnings[0].(string), words) {
			t.Errorf("the words %q are not in %q", words, warnings[0])
		}
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "0" {
		t.Errorf("rows: %v", got)
	}
	if _, manifest := l.send(http.MethodGet, "/v1/catalog/manifest/t?version=2", "", ""); manifest["rows"] != 2.0 {
		t.Errorf("version 2: %v", manifest)
	}
	for what, params := range map[string]string{"an empty dataset again": "name=t", "a new dataset": "name=new"} {
		if doc := l.mustIngest(params, "b,a\n"); len(list(doc, "warnings")) != 0 {
			t.Errorf("%s: %v", what, doc)
		}
	}
}

// The whole difference is told, with a remedy that works in the mode that was
// asked for.
func TestDriftNamesTheRemedyOfItsMode(t *testing.T) {
	l := startLake(t)
	const csv = "id,bill_rate,shift\nA3,14.00,day\nA4,n/a,day\n\"A\n5\",n/b,night\n"
	for _, c := range []struct{ mode, says, not, remedy string }{
		{"append", "mode=replace&schema=replace", "", "mode=replace&schema=replace"},
		{"replace", "schema=replace", "mode=", "mode=replace&schema=replace"},
	} {
		name := "by_" + c.mode
		l.mustIngest("name="+name, "id,bill_rate,end\nA1,12.50,\nA2,13.00,\n")
		status, doc := l.ingest("name="+name+"&mode="+c.mode, csv)
		if status != http.StatusConflict || doc["code"] != "schema_drift" || doc["dataset"] != name {
			t.Fatalf("%s: %d %v", c.mode, status, doc)
		}
		want := []any{
			map[string]any{"column": "bill_rate", "change": "retyped", "from": "decimal(18,2)", "to": "string", "example": "n/a", "line": 3.0},
			map[string]any{"column": "shift", "change": "added", "from": nil, "to": "string"},
			map[string]any{"column": "end", "change": "removed", "from": "string", "to": nil},
		}
		if !reflect.DeepEqual(doc["diff"], want) {
			t.Errorf("%s: diff %v, want %v", c.mode, doc["diff"], want)
		}
		if got, want := keysOf(doc), "code dataset detail diff request_id status title type"; got != want {
			t.Errorf("%s: members %s, want %s", c.mode, got, want)
		}
		detail := fmt.Sprint(doc["detail"])
		if !strings.Contains(detail, c.says) || c.not != "" && strings.Contains(detail, c.not) || !strings.Contains(detail, "mend the file") {
			t.Errorf("%s: the remedy %q is not in %q", c.mode, c.says, detail)
		}
		if doc := l.mustIngest("name="+name+"&"+c.remedy, csv); doc["version"] != 2.0 || doc["rows"] != 3.0 {
			t.Errorf("%s, as the answer says: %v", c.mode, doc)
		}
	}
	for _, mode := range []string{"append", "create"} {
		status, doc := l.ingest("name=by_append&schema=replace&mode="+mode, csv)
		if status != http.StatusBadRequest || doc["code"] != "bad_option" || !strings.Contains(fmt.Sprint(doc["detail"]), "mode=replace") {
			t.Errorf("schema=replace with %s: %d %v", mode, status, doc)
		}
	}
}

// All bad rows are counted and the first hundred listed, malformed ones and
// those with values that do not fit, by the line where each begins.
func TestTheFirstHundredBadRowsAreListed(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,1\n")
	var csv strings.Builder
	csv.WriteString("id,n\n")
	for i := range 300 {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&csv, "\"two\nlines %d\",%d\n", i, i)
		case 1:
			fmt.Fprintf(&csv, "%d,12x\n", i)
		case 2:
			fmt.Fprintf(&csv, "%d\n", i)
		case 3:
			fmt.Fprintf(&csv, "%d,%d\n", i, i)
		}
	}
	status, doc := l.ingest("name=t&mode=append", csv.String())
	errors := list(doc, "errors")
	if status != http.StatusUnprocessableEntity || doc["code"] != "bad_rows" || doc["error_count"] != 150.0 || len(errors) != 100 {
		t.Fatalf("%d %v, %d listed of %v", status, doc["detail"], len(errors), doc["error_count"])
	}
	for _, c := range []struct {
		at    int
		line  float64
		value string
		says  string
	}{{0, 4, "12x", "long"}, {1, 5, "", "1 value where the file has 2 columns"}, {98, 249, "12x", "long"}, {99, 250, "", "1 value"}} {
		row := errors[c.at].(map[string]any)
		if keysOf(row) != "column line reason value" || row["line"] != c.line || row["value"] != c.value || !strings.Contains(row["reason"].(string), c.says) {
			t.Errorf("entry %d is %v, want line %v", c.at, row, c.line)
		}
	}
	if detail := fmt.Sprint(doc["detail"]); !strings.Contains(detail, "150 rows") || !strings.Contains(detail, "line 4") || !strings.Contains(detail, "on_error=quarantine") {
		t.Errorf("detail %q", detail)
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "1" {
		t.Errorf("a refused file changed the dataset: %v", got)
	}
}

// Every name of a header that cannot be a column's is listed at once.
func TestBadHeadersAreListed(t *testing.T) {
	l := startLake(t)
	status, doc := l.ingest("name=t", "Rate,,RATE,b, b \n1,2,3,4,5\n")
	want := []any{
		map[string]any{"position": 2.0, "column": "", "reason": "has no name"},
		map[string]any{"position": 3.0, "column": "RATE", "reason": "differs from column 1 (Rate) by case alone"},
		map[string]any{"position": 5.0, "column": "b", "reason": "has the name of column 4"},
	}
	if status != http.StatusUnprocessableEntity || doc["code"] != "bad_header" || !reflect.DeepEqual(doc["errors"], want) {
		t.Errorf("%d %v, want %v", status, doc, want)
	}
}

// Dates that nothing tells days from months in stay text, which is said; and
// against a column of dates the refusal says how they have to be written.
func TestDatesThatNothingDecidesAreSaid(t *testing.T) {
	l := startLake(t)
	doc := l.mustIngest("name=open", "day,n\n1/5/2026,1\n2/3/2026,2\n")
	if got := fmt.Sprint(doc["warnings"]); !strings.Contains(got, `column "day" holds dates and is kept as text`) || !strings.Contains(got, "2026-01-31") {
		t.Errorf("warnings %s", got)
	}
	l.mustIngest("name=t", "day,n\n2026-01-31,1\n")
	status, doc := l.ingest("name=t&mode=append", "day,n\n1/5/2026,1\n2/3/2026,2\n")
	if status != http.StatusConflict || !strings.Contains(fmt.Sprint(doc["detail"]), "dates have to be written as 2026-01-31") {
		t.Errorf("%d %v", status, doc)
	}
}

// A remedy is one that the client has not followed already.
func TestRefusalsNameARemedyThatIsLeft(t *testing.T) {
	l := startLake(t)
	for name, c := range map[string]struct{ params, csv, code, remedy string }{
		"no good row":     {"name=t&on_error=quarantine", "a,b\n1\n2\n", "bad_rows", "which delimiter"},
		"a nameless one":  {"name=t", "a,\n1,2\n", "bad_header", "name each column"},
		"one bad row":     {"name=t", "a,b\n1,2\n3\n", "bad_rows", "1 row cannot be taken"},
		"a nameless file": {"", "a\n1\n", "bad_name", "?name=NAME"},
	} {
		if _, doc := l.ingest(c.params, c.csv); doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc["detail"]), c.remedy) {
			t.Errorf("%s: %v", name, doc)
		}
	}
}
