package fleet_test

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// What is not known is refused by name, and not one row is loaded as if it had not
// been sent.
func TestWhatIsNotKnownIsRefusedByName(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,n\nA,1\n")
	const csv = "id,n\nB,2\n"
	for what, header := range map[string]http.Header{
		"application/xml":     {"Content-Type": {"application/xml"}},
		"Content-Encoding br": {"Content-Type": {"text/csv"}, "Content-Encoding": {"br"}},
	} {
		status, doc := l.sendWith(header, http.MethodPost, "/v1/ingest?name=t&mode=append", csv)
		if status != http.StatusBadRequest || doc["code"] != "not_supported" || !strings.Contains(fmt.Sprint(doc["detail"]), what) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	if got := l.rows("SELECT count(*) FROM t"); got[0] != "1" || len(l.datasets()) != 1 {
		t.Errorf("rows %v, datasets %q", got, l.datasets())
	}
}

// A value that a parameter does not know is answered with those that it does.
func TestUnknownWordsOfAParameter(t *testing.T) {
	l := startLake(t)
	for params, says := range map[string]string{
		"mode=overwrite":        "replace, append, create",
		"schema=loose":          "strict, evolve, replace",
		"on_error=skip":         "reject, quarantine",
		"header=yes":            "true, false",
		"allow_duplicate=maybe": "true, false",
		"delimiter=x":           "comma, semicolon, tab, pipe",
		"format=xlsx":           "csv, json, parquet",
	} {
		status, doc := l.ingest("name=t&"+params, "a\n1\n")
		if status != http.StatusBadRequest || doc["code"] != "bad_option" || !strings.Contains(fmt.Sprint(doc["detail"]), says) {
			t.Errorf("%s: %d %v", params, status, doc)
		}
	}
	header := http.Header{"Content-Type": {"text/csv"}, "Idempotency-Key": {strings.Repeat("k", 256)}}
	if status, doc := l.sendWith(header, http.MethodPost, "/v1/ingest?name=t", "a\n1\n"); status != http.StatusBadRequest || doc["code"] != "bad_request" {
		t.Errorf("an endless key: %d %v", status, doc)
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}

// The four delimiters are found by themselves; one that is given is the one,
// also where another would split the file better.
func TestDelimiters(t *testing.T) {
	l := startLake(t)
	const header = "a,b,c;d;e;f\tg|h\n"
	for name, d := range map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"} {
		l.mustIngest("name="+name, strings.ReplaceAll("a~b\n1~x y\n2~\"z~\"\n", "~", d))
		got := l.rows("SELECT a, b FROM " + name + " ORDER BY a")
		if want := []string{`1|"x y"`, `2|"z` + strings.ReplaceAll(d, "\t", `\t`) + `"`}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s, sniffed: %v, want %v", name, got, want)
		}
		want := strings.ReplaceAll(strings.TrimSpace(header), d, " ")
		for i, given := range []string{name, url.QueryEscape(d)} {
			doc := l.mustIngest(fmt.Sprintf("name=%s_%d&delimiter=%s", name, i, given), header)
			if got := namesOf(doc); got != want {
				t.Errorf("delimiter=%s: columns %q, want %q", given, got, want)
			}
		}
	}
}

// The first record is the header, whatever it looks like, unless header=false
// says that there is none.
func TestTheHeaderIsNeverGuessed(t *testing.T) {
	l := startLake(t)
	const csv = "1,2\n3,4\n\"5\",\"6\"\n"
	if doc := l.mustIngest("name=named", csv); namesOf(doc) != "1 2" || doc["rows"] != 2.0 {
		t.Errorf("%v", doc)
	}
	if doc := l.mustIngest("name=data&header=false", csv); namesOf(doc) != "column_1 column_2" || doc["rows"] != 3.0 {
		t.Errorf("header=false: %v", doc)
	}
	if got := l.rows("SELECT column_1, column_2 FROM data ORDER BY 1"); !reflect.DeepEqual(got, []string{"1|2", "3|4", "5|6"}) {
		t.Errorf("header=false: %v", got)
	}
	// Without a header the columns of a dataset are matched by their place.
	if doc := l.mustIngest("name=named&mode=append&header=false", "7,8\n"); namesOf(doc) != "1 2" {
		t.Errorf("by place: %v", doc)
	}
	if got := l.rows(`SELECT "1", "2" FROM named ORDER BY 1`); !reflect.DeepEqual(got, []string{"3|4", "5|6", "7|8"}) {
		t.Errorf("by place: %v", got)
	}
	if doc := l.mustIngest("name=blanks", " Bill Rate ,\"a  b\",ZIP\t\n1,2,3\n"); namesOf(doc) != "Bill Rate a  b ZIP" {
		t.Errorf("blanks around names: %v", doc)
	}
}

// namesOf gives the names of an answer's columns.
func namesOf(doc map[string]any) string {
	var names []string
	for _, c := range list(doc, "columns") {
		names = append(names, c.(map[string]any)["name"].(string))
	}
	return strings.Join(names, " ")
}
