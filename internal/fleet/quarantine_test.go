package fleet_test

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The quarantine holds each bad row whole, with where it stood, why it is there
// and which load it came from.
func TestQuarantineSaysWhereWhyAndWhence(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=hr.w", "id,hours\nA,1\n")
	const csv = "id,hours\nB,2\n\"C\nc\",3x\nD\nE,4,5\nM\xfcller,6\nF,7\x00\nG,\"8\"\"\"\nH,9\nI,10\nJ,11\nK,12\nL,\"13\nM,14"
	doc := l.mustIngest("name=hr.w&mode=append&on_error=quarantine", csv)
	if want := map[string]any{"dataset": "hr.w__quarantine", "rows": 7.0}; doc["rows"] != 5.0 || doc["rejected"] != 7.0 || !reflect.DeepEqual(doc["quarantine"], want) {
		t.Fatalf("%v", doc)
	}
	if warnings := list(doc, "warnings"); len(warnings) != 2 || !strings.Contains(warnings[0].(string), "on line 3 takes in 2 lines") ||
		!strings.Contains(warnings[1].(string), "on line 14 takes in 2 lines: a quote opened on line 14 that is never closed") {
		t.Errorf("warnings %v", doc["warnings"])
	}
	got := l.rows("SELECT line, column_name, raw, encoding FROM hr.w__quarantine ORDER BY line")
	want := []string{
		`3|"hours"|"\"C\nc\",3x"|"text"`,
		`5|null|"D"|"text"`,
		`6|null|"E,4,5"|"text"`,
		fmt.Sprintf(`7|"id"|"%x"|"hex"`, "M\xfcller,6"),
		fmt.Sprintf(`8|"hours"|"%x"|"hex"`, "F,7\x00"),
		`9|"hours"|"G,\"8\"\"\""|"text"`,
		`14|"hours"|"L,\"13\nM,14"|"text"`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i, reason := range l.rows("SELECT reason FROM hr.w__quarantine ORDER BY line") {
		if says := []string{"long", "1 value", "3 values", "not UTF-8", "NUL", "long", "never closed"}[i]; !strings.Contains(reason, says) {
			t.Errorf("the reason of row %d is %s, want %q in it", i, reason, says)
		}
	}
	l.mustIngest("name=hr.w&mode=append&on_error=quarantine", "id,hours\nN,15\nD\n")
	sources := l.rows("SELECT source, count(*) FROM hr.w__quarantine GROUP BY 1 ORDER BY 2")
	if len(sources) != 2 || !regexp.MustCompile(`^"sha256:[0-9a-f]{64}"\|1$`).MatchString(sources[0]) || !strings.HasSuffix(sources[1], "|7") {
		t.Errorf("sources %v", sources)
	}
	if got := l.rows("SELECT count(*), sum(hours)::BIGINT FROM hr.w"); got[0] != "7|60" {
		t.Errorf("good rows: %v", got)
	}
}

// A file of which no row can be read is refused, whatever it asked for.
func TestAFileOfBadRowsAloneIsRefused(t *testing.T) {
	l := startLake(t)
	status, doc := l.ingest("name=t&on_error=quarantine", "id,hours\nx\ny\n")
	if status != http.StatusUnprocessableEntity || doc["code"] != "bad_rows" || doc["error_count"] != 2.0 {
		t.Errorf("%d %v", status, doc)
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}

// A column that has drifted is no matter of single rows: it refuses the file,
// and nothing is put aside.
func TestDriftIsNotQuarantined(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,1\n")
	status, doc := l.ingest("name=t&mode=append&on_error=quarantine", "id,n\nB,x\nC,y\nD,2\nE\n")
	if status != http.StatusConflict || doc["code"] != "schema_drift" {
		t.Errorf("%d %v", status, doc)
	}
	if got := l.datasets(); len(got) != 1 {
		t.Errorf("datasets %q", got)
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "1" {
		t.Errorf("rows %v", got)
	}
}

// Bad rows are in the quarantine before the version that lacks them is there,
// so that none is ever in neither: one that loses its race has kept them, and a
// retry does not keep them twice.
func TestBadRowsAreKeptBeforeTheVersion(t *testing.T) {
	l := startLake(t)
	u := l.beginUpload("name=t&mode=create&on_error=quarantine", "id,n\nA,1\nB\n")
	l.mustIngest("name=t", "id,n\nZ,26\n")
	status, doc := u.end("C,3\n")
	if status != http.StatusConflict || doc["code"] != "dataset_exists" {
		t.Fatalf("%d %v", status, doc)
	}
	if got := l.rows("SELECT line, raw FROM t__quarantine"); !reflect.DeepEqual(got, []string{`3|"B"`}) {
		t.Errorf("kept %v", got)
	}
	if got := l.rows("SELECT id FROM t"); !reflect.DeepEqual(got, []string{`"Z"`}) {
		t.Errorf("rows %v", got)
	}
	l.mustIngest("name=t&mode=append&on_error=quarantine", "id,n\nA,1\nB\nC,3\n")
	if got := l.rows("SELECT raw FROM t__quarantine"); len(got) != 1 {
		t.Errorf("a retry kept %v", got)
	}
	when := func(name string) time.Time {
		_, manifest := l.send(http.MethodGet, "/v1/catalog/manifest/"+name, "", "")
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(manifest["updated_at"]))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if kept, loaded := when("t__quarantine"), when("t"); kept.After(loaded) {
		t.Errorf("the bad rows were kept at %s, the others loaded at %s", kept, loaded)
	}
}

// The name of a quarantine is no dataset of its own to load into, and a name
// that has no room for it is refused before anything is loaded.
func TestNamesBesideTheQuarantine(t *testing.T) {
	l := startLake(t)
	long := strings.Repeat("n", 128)
	for params, says := range map[string]string{
		"name=t__quarantine":                     "__quarantine",
		"name=" + long + "&on_error=quarantine":  "too long for on_error=quarantine",
		"name=hr." + long + "n":                  "[a-z_][a-z0-9_]{0,127}",
		"name=t__quarantine&on_error=quarantine": "__quarantine",
	} {
		status, doc := l.ingest(params, "id,n\nA,1\nB\n")
		if status != http.StatusBadRequest || doc["code"] != "bad_name" || !strings.Contains(fmt.Sprint(doc["detail"]), says) {
			t.Errorf("%.30s: %d %v", params, status, doc)
		}
	}
	l.mustIngest("name="+long, "id,n\nA,1\n")
	if got := l.datasets(); len(got) != 1 {
		t.Errorf("datasets %q", got)
	}
}
