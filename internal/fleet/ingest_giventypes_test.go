package fleet_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// A type that the caller gives a column is the one it gets: a value that does not
// fit is a bad row, and one that fits comes back.
func TestGivenTypes(t *testing.T) {
	l := startLake(t)
	types := func(s string) string { return "&types=" + url.QueryEscape(s) }
	const csv = "zip,rate,start,\"a,b\"\n12345,5,01/02/2026,1\n67890,7.5,3/4/2026,2\n"
	doc := l.mustIngest("name=t"+types(`zip:string,rate:decimal(10,3),start:date(%d/%m/%Y),"a,b":double`), csv)
	if got, want := strings.Join(typesOf(doc), ", "), "zip string, rate decimal(10,3), start date %d/%m/%Y, a,b double"; got != want {
		t.Errorf("types %s, want %s", got, want)
	}
	if got := strings.Join(l.rows(`SELECT zip, rate, start, "a,b" FROM t ORDER BY zip`), " "); got != `"12345"|"5.000"|"2026-02-01"|1 "67890"|"7.500"|"2026-04-03"|2` {
		t.Errorf("rows %s", got)
	}
	// Against the dataset: the same type is no contradiction, and gives undecided dates
	// their format.
	if doc := l.mustIngest("name=t&mode=append"+types("start:date(%m/%d/%Y)"), strings.ReplaceAll(csv, "12345", "99999")); doc["rows"] != 2.0 {
		t.Errorf("append: %v", doc)
	}
	if got := strings.Join(l.rows("SELECT start FROM t WHERE zip = '99999'"), " "); got != `"2026-01-02"` {
		t.Errorf("the second file's format: %s", got)
	}
	for what, c := range map[string]struct {
		params, body string
		status       int
		code         string
		says         []string
	}{
		"another type than the dataset's": {"name=t&mode=append" + types("zip:long"), csv, 409, "schema_drift", []string{"zip", "retyped"}},
		"an unknown column":               {"name=n" + types("zipp:string"), csv, 400, "bad_option", []string{`"zipp"`, "did you mean zip?"}},
		"an unknown type":                 {"name=n" + types("zip:strng"), csv, 400, "bad_option", []string{`"strng"`, "did you mean string?"}},
		"a nested type":                   {"name=n" + types("zip:list<long>"), csv, 400, "bad_option", []string{"list<long>"}},
		"values that do not fit":          {"name=n" + types("zip:long,rate:int"), csv, 422, "bad_rows", []string{"line 3", "column:rate", "value:7.5", "not a number that int gives back"}},
		"a day that contradicts":          {"name=n" + types("d:date(%m/%d/%Y)"), "d,x\n1/2/2026,1\n31/1/2026,2\n", 422, "bad_rows", []string{"line 3", "31/1/2026", "%m/%d/%Y"}},
		"another separator":               {"name=n" + types("d:date(%m/%d/%Y)"), "d,x\n1/2/2026,1\n1-2-2026,2\n2026-01-02,3\n", 422, "bad_rows", []string{"2 rows", "line 3"}},
	} {
		status, doc := l.ingest(c.params, c.body)
		if status != c.status || doc["code"] != c.code {
			t.Errorf("%s: %d %v", what, status, doc)
		}
		for _, says := range c.says {
			if !strings.Contains(fmt.Sprint(doc), says) {
				t.Errorf("%s: %v, without the words %q", what, doc, says)
			}
		}
	}
	if doc := l.mustIngest("name=t&schema=replace"+types("zip:long"), csv); typesOf(doc)[0] != "zip long" {
		t.Errorf("schema=replace: %v", typesOf(doc))
	}
	if doc := l.mustIngest("name=q&on_error=quarantine"+types("zip:long"), "zip\n1\nx\n"); doc["rows"] != 1.0 || doc["rejected"] != 1.0 {
		t.Errorf("quarantine: %v", doc)
	}
}
