package fleet_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestValuesComeBackAsTheyWereSent(t *testing.T) {
	l := startLake(t)
	doc := l.mustIngest("name=mixed", "\ufeffzip,phone,hours,rate,big,when,at,ok,note\r\n"+
		"01234,+1 555-0100,40,12.50,9223372036854775807,2026-01-31,2026-01-31T08:30:00Z,true,\"a \"\"quoted\"\" b\"\r\n"+
		"98765,,8,7.125,-1,2026-02-01,2026-02-01T00:00:00Z,false,\"two\r\nlines\"\r\n"+
		"00000,x,,,,,,,\"\"\r\n")
	if doc["rows"] != 3.0 || doc["version"] != 1.0 || doc["unchanged"] != false {
		t.Errorf("answer: %v", doc)
	}
	types := map[string]string{}
	for _, c := range doc["columns"].([]any) {
		column := c.(map[string]any)
		types[column["name"].(string)] = column["type"].(string)
	}
	want := map[string]string{"zip": "string", "phone": "string", "hours": "long", "rate": "decimal(18,3)", "big": "long",
		"when": "date", "at": "timestamptz", "ok": "boolean", "note": "string"}
	if !reflect.DeepEqual(types, want) {
		t.Errorf("types %v, want %v", types, want)
	}
	got := l.rows(`SELECT zip, phone, hours, rate, big, "when", ok, note FROM mixed ORDER BY zip`)
	wantRows := []string{
		`"00000"|"x"|null|null|null|null|null|""`,
		`"01234"|"+1 555-0100"|40|"12.500"|9223372036854775807|"2026-01-31"|true|"a \"quoted\" b"`,
		`"98765"|null|8|"7.125"|-1|"2026-02-01"|false|"two\r\nlines"`,
	}
	if !reflect.DeepEqual(got, wantRows) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wantRows, "\n"))
	}
}

func TestSameContentAgainIsNoNewVersion(t *testing.T) {
	l := startLake(t)
	const csv = "a,b\n1,x\n2,y\n"
	l.mustIngest("name=t", csv)
	for _, mode := range []string{"replace", "append"} {
		status, doc := l.ingest("name=t&mode="+mode, csv)
		if status != http.StatusOK || doc["unchanged"] != true || doc["version"] != 1.0 || doc["rows"] != 2.0 {
			t.Errorf("%s: %d %v", mode, status, doc)
		}
	}
	if doc := l.mustIngest("name=t&mode=append&allow_duplicate=true", csv); doc["version"] != 2.0 {
		t.Errorf("allow_duplicate: %v", doc)
	}
	if got := l.rows("SELECT count(*), sum(a) FROM t"); got[0] != "4|\"6\"" && got[0] != "4|6" {
		t.Errorf("after the second load: %v", got)
	}
	if status, doc := l.ingest("name=t&mode=create", csv); status != http.StatusConflict || doc["code"] != "dataset_exists" {
		t.Errorf("create: %d %v", status, doc)
	}
}

func TestDriftIsRefusedWithTheDifference(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=p", "id,bill_rate\nA1,12.50\nA2,13.00\n")
	status, doc := l.ingest("name=p", "id,bill_rate,shift\nA3,n/a,day\nA4,n/a,night\n")
	if status != http.StatusConflict || doc["code"] != "schema_drift" || doc["dataset"] != "p" {
		t.Fatalf("%d %v", status, doc)
	}
	changes := map[string]string{}
	for _, d := range doc["diff"].([]any) {
		change := d.(map[string]any)
		changes[change["column"].(string)] = change["change"].(string)
	}
	if want := map[string]string{"bill_rate": "retyped", "shift": "added"}; !reflect.DeepEqual(changes, want) {
		t.Errorf("diff %v, want %v", changes, want)
	}
	if got := l.rows("SELECT count(*) FROM p"); got[0] != "2" {
		t.Errorf("a refused file changed the dataset: %v", got)
	}
	if doc := l.mustIngest("name=p&schema=replace", "id,shift\nA3,day\n"); doc["version"] != 2.0 {
		t.Errorf("schema=replace: %v", doc)
	}
}

func TestBadRowsStopTheFileOrAreKept(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=w", "id,hours\nA,1\nB,2\n")
	const csv = "id,hours\nC,3\nD,4x\nE\nF,5\nG,6\n"
	status, doc := l.ingest("name=w&mode=append", csv)
	if status != http.StatusUnprocessableEntity || doc["code"] != "bad_rows" || doc["error_count"] != 2.0 {
		t.Fatalf("%d %v", status, doc)
	}
	first := doc["errors"].([]any)[0].(map[string]any)
	if first["line"] != 3.0 || first["column"] != "hours" || first["value"] != "4x" {
		t.Errorf("first bad row: %v", first)
	}
	doc = l.mustIngest("name=w&mode=append&on_error=quarantine", csv)
	quarantine, _ := doc["quarantine"].(map[string]any)
	if doc["rows"] != 3.0 || doc["rejected"] != 2.0 || quarantine["dataset"] != "w__quarantine" {
		t.Errorf("quarantine: %v", doc)
	}
	if got := l.rows("SELECT count(*), sum(hours)::BIGINT FROM w"); got[0] != "5|17" {
		t.Errorf("good rows: %v", got)
	}
	got := l.rows("SELECT line, raw FROM w__quarantine ORDER BY line")
	if want := []string{`3|"D,4x"`, `4|"E"`}; !reflect.DeepEqual(got, want) {
		t.Errorf("bad rows %v, want %v", got, want)
	}
	if status, doc := l.ingest("name=w&mode=append&on_error=quarantine", csv); status != http.StatusOK || doc["rejected"] != 2.0 {
		t.Errorf("again: %d %v", status, doc)
	}
	if got := l.rows("SELECT count(*) FROM w__quarantine"); got[0] != "2" {
		t.Errorf("a retry doubled the quarantine: %v", got)
	}
}

func TestAColumnWithoutValuesAdoptsTheFirstType(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=v", "id,ended\nA,\nB,\n")
	doc := l.mustIngest("name=v&mode=append", "id,ended\nC,2026-03-01\n")
	if last := doc["columns"].([]any)[1].(map[string]any); last["type"] != "date" {
		t.Errorf("columns: %v", doc["columns"])
	}
	got := l.rows("SELECT id, ended FROM v ORDER BY id")
	if want := []string{`"A"|null`, `"B"|null`, `"C"|"2026-03-01"`}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	l := startLake(t)
	for what, c := range map[string]struct {
		params, body string
		status       int
		code         string
	}{
		"empty":            {"name=x", "", 422, "empty_file"},
		"duplicate header": {"name=x", "a,A\n1,2\n", 422, "bad_header"},
		"empty header":     {"name=x", "a,,c\n1,2,3\n", 422, "bad_header"},
		"ragged":           {"name=x", "a,b\n1,2\n3\n4,5,6\n", 422, "bad_rows"},
		"unclosed quote":   {"name=x", "a,b\n1,\"two\n3,4\n", 422, "bad_rows"},
		"NUL":              {"name=x", "a,b\n1,x\x00y\n", 422, "bad_rows"},
		"not UTF-8":        {"name=x", "a,b\n1,caf\xe9\n2,café\n", 422, "bad_rows"},
		"a workbook":       {"name=x", "PK\x03\x04\x14\x00\x06\x00", 422, "bad_file"},
		"no name":          {"", "a\n1\n", 400, "bad_name"},
		"quoted name":      {"name=a%22b", "a\n1\n", 400, "bad_name"},
		"path as a name":   {"name=..%2Fetc", "a\n1\n", 400, "bad_name"},
		"long name":        {"name=" + strings.Repeat("n", 300), "a\n1\n", 400, "bad_name"},
		"unknown option":   {"name=x&modus=append", "a\n1\n", 400, "unknown_parameter"},
	} {
		status, doc := l.ingest(c.params, c.body)
		if status != c.status || doc["code"] != c.code {
			t.Errorf("%s: %d %v, want %d %s", what, status, doc, c.status, c.code)
		}
	}
	if status, doc := l.send(http.MethodGet, "/v1/catalog/list", "", ""); status != 200 || len(doc["datasets"].([]any)) != 0 {
		t.Errorf("refused files left datasets behind: %v", doc)
	}
}

func TestUnusualFilesThatAreFine(t *testing.T) {
	l := startLake(t)
	if doc := l.mustIngest("name=header_only", "a,b\n"); doc["rows"] != 0.0 {
		t.Errorf("a header alone: %v", doc)
	}
	if got := l.rows("SELECT count(*) FROM header_only"); got[0] != "0" {
		t.Errorf("a header alone: %v", got)
	}
	big := strings.Repeat("x", 10<<20)
	l.mustIngest("name=big_cell", "id,text\n1,"+big+"\n2,y\n")
	if got := l.rows("SELECT max(length(text)) FROM big_cell"); got[0] != fmt.Sprint(10<<20) {
		t.Errorf("a cell of 10 MiB: %v", got)
	}
	var wide strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&wide, "c%d,", i)
	}
	wide.WriteString("last\n" + strings.Repeat("some text,", 5000) + "8\n")
	if doc := l.mustIngest("name=wide", wide.String()); len(doc["columns"].([]any)) != 5001 {
		t.Errorf("5,001 columns: %d", len(doc["columns"].([]any)))
	}
	if got := l.rows("SELECT c0, c4999, last FROM wide"); got[0] != `"some text"|"some text"|8` {
		t.Errorf("5,001 columns: %v", got)
	}
	l.mustIngest("name=semicolons", "naam;bedrag\r\nAn;1,5\r\nBo;2,5\r\n")
	if got := l.rows("SELECT naam, bedrag FROM semicolons ORDER BY 1"); got[0] != `"An"|"1,5"` {
		t.Errorf("semicolons: %v", got)
	}
	l.mustIngest("name=odd_names", "select,a b,\"c\"\"d\",é\n1,2,3,4\n")
	if got := l.rows(`SELECT "select", "a b", "c""d", "é" FROM odd_names`); got[0] != "1|2|3|4" {
		t.Errorf("odd names: %v", got)
	}
}

func TestFormUploadIsNamedAfterItsFile(t *testing.T) {
	l := startLake(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "Week 44.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, "a\n1\n"); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	status, doc := l.send(http.MethodPost, "/v1/ingest", form.FormDataContentType(), body.String())
	if status != http.StatusCreated || doc["dataset"] != "week_44" {
		t.Errorf("%d %v", status, doc)
	}
}

func TestIdempotencyKeyGivesTheFirstAnswerAgain(t *testing.T) {
	l := startLake(t)
	const csv = "a\n1\n"
	send := func(params, key, body string) (int, map[string]any) {
		return l.sendWith(http.Header{"Content-Type": {"text/csv"}, "Idempotency-Key": {key}}, http.MethodPost, "/v1/ingest?"+params, body)
	}
	for try, want := range []int{http.StatusCreated, http.StatusOK} {
		if status, doc := send("name=t&mode=append", "k1", csv); status != want || doc["version"] != 1.0 {
			t.Errorf("try %d: %d %v", try, status, doc)
		}
	}
	if status, doc := send("name=t&mode=append", "k1", "a\n2\n"); status != http.StatusUnprocessableEntity || doc["code"] != "idempotency_key_reused" {
		t.Errorf("other content: %d %v", status, doc)
	}
	for try, want := range []int{http.StatusCreated, http.StatusOK} {
		if status, doc := send("name=t&mode=append&allow_duplicate=true", "k2", csv); status != want || doc["version"] != 2.0 {
			t.Errorf("the same rows once more, try %d: %d %v", try, status, doc)
		}
	}
	if status, doc := send("name=t&mode=append&allow_duplicate=true", "k2", "a\n2\n"); status != http.StatusUnprocessableEntity || doc["code"] != "idempotency_key_reused" {
		t.Errorf("other content under the key of a wanted repetition: %d %v", status, doc)
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "2" {
		t.Errorf("rows: %v", got)
	}
}

// Which rows of a file are bad depends on the schema that it meets: the same
// file again, against another schema, has other bad rows, and they are kept too.
func TestQuarantineKeepsWhatThisLoadRejected(t *testing.T) {
	l := startLake(t)
	const csv = "id,n\n1,10\n2,20\n3,x\n4\n5,50\n"
	l.mustIngest("name=d&on_error=quarantine", csv) // n is text: only the short row is bad
	l.mustIngest("name=d&schema=replace", "id,n\n9,1\n")
	doc := l.mustIngest("name=d&on_error=quarantine", csv)
	if doc["rejected"] != 2.0 {
		t.Fatalf("%v", doc)
	}
	got := l.rows("SELECT DISTINCT raw FROM d__quarantine ORDER BY raw")
	if want := []string{`"3,x"`, `"4"`}; !reflect.DeepEqual(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
}
