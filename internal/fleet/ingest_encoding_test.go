package fleet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

func encoded(t *testing.T, name, text string) string {
	t.Helper()
	enc, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Files in other encodings are read as what they certainly are, with a warning
// that names it, or as what the caller says; else their lines are told.
func TestOtherEncodings(t *testing.T) {
	l := startLake(t)
	const csv = "név,város\nZoë,Nîmes\nJosé,Malmö\n"
	late := "id,name\n" + strings.Repeat("17,Jane Doe\n", 100_000) // past every sample
	for name, c := range map[string]struct{ params, body, warns, ask, want string }{
		"utf16le": {"", "\xff\xfe" + encoded(t, "utf-16le", csv), "utf-16le", `SELECT "név", "város" FROM utf16le ORDER BY 1`, `"José"|"Malmö" "Zoë"|"Nîmes"`},
		"utf16be": {"", encoded(t, "utf-16be", csv), "utf-16be", `SELECT "név", "város" FROM utf16be ORDER BY 1`, `"José"|"Malmö" "Zoë"|"Nîmes"`},
		"latin1":  {"", encoded(t, "windows-1252", csv), "windows-1252", `SELECT "név", "város" FROM latin1 ORDER BY 1`, `"José"|"Malmö" "Zoë"|"Nîmes"`},
		"late":    {"", late + "18,Jos\xe9\n", "windows-1252", `SELECT name FROM late WHERE id = 18`, `"José"`},
		"polish":  {"&encoding=windows-1250", encoded(t, "windows-1250", "imię\nŁukasz\n"), "", `SELECT "imię" FROM polish`, `"Łukasz"`},
		"packed":  {"", gzipped(t, encoded(t, "windows-1252", csv)), "windows-1252", `SELECT count(*) FROM packed WHERE "név" = 'Zoë'`, `1`},
	} {
		doc := l.mustIngest("name="+name+c.params, c.body)
		warnings := fmt.Sprint(doc["warnings"])
		if c.warns == "" && warnings != "[]" || !strings.Contains(warnings, c.warns) {
			t.Errorf("%s: warnings %s", name, warnings)
		}
		if got := strings.Join(l.rows(c.ask), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if status, doc := l.ingest("name="+name+c.params, c.body); status != http.StatusOK || doc["unchanged"] != true {
			t.Errorf("%s again: %d %v", name, status, doc)
		}
	}
	for what, c := range map[string]struct {
		params, body string
		status       int
		code, says   string
	}{
		"UTF-8 but for a byte":    {"", "a,b\nZoë,1\nJos\xe9,2\n", 422, "bad_rows", "line 3"},
		"late, after UTF-8":       {"", late + "18,Zoë\n19,Jos\xe9\n", 422, "bad_rows", "line 100003"},
		"an uncertain encoding":   {"", encoded(t, "windows-1250", "a\nŁukasz\nżółć\n"), 422, "bad_rows", "line 2"},
		"an uncertain header":     {"", encoded(t, "windows-1251", "имя,дата\n1,2\n"), 422, "bad_header", "say its encoding"},
		"the caller says UTF-8":   {"&encoding=utf-8", "a\nJos\xe9\n", 422, "bad_rows", "line 2"},
		"the caller is wrong":     {"&encoding=utf-16le", "\xff\xfea\x00\n\x00\x00\xd8\n\x00", 422, "bad_file", "line 2"},
		"an encoding of no files": {"&encoding=klingon", "a\n1\n", 400, "bad_option", "windows-1252"},
	} {
		status, doc := l.ingest("name=x"+c.params, c.body)
		if status != c.status || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	doc := l.mustIngest("name=kept&on_error=quarantine", "a,b\nZoë,1\nJos\xe9,2\n")
	if doc["rows"] != 1.0 || doc["rejected"] != 1.0 || strings.Join(l.rows("SELECT encoding, raw FROM kept__quarantine"), "") != `"hex"|"4a6f73e92c32"` {
		t.Errorf("quarantine: %v", doc)
	}
}
