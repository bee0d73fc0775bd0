package fleet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What a file's dialect is, is found out where it is certain and said by the caller
// where it is not. Bad rows keep the lines that they had.
func TestDialects(t *testing.T) {
	l := startLake(t)
	for name, c := range map[string]struct{ params, body, ask, want string }{
		"excel":       {"", "sep=;\r\na;b\r\n1;x,y\r\n", "SELECT a, b FROM excel", `1|"x,y"`},
		"mixed":       {"", "a,b\r\n1,x\n2,y\r3,z", "SELECT string_agg(b, '') FROM mixed", `"xyz"`},
		"single":      {"&quote=single&delimiter=comma", "a,b\n'1,5','it''s'\n", "SELECT a, b FROM single", `"1,5"|"it's"`},
		"backslash":   {"&escape=backslash&delimiter=comma", "a,b\n1,\"say \\\"hi\\\"\"\n", "SELECT b FROM backslash", `"say \"hi\""`},
		"none":        {"&quote=none&delimiter=tab", "a\tb\n1\t5\" pipe\n", "SELECT b FROM none", `"5\" pipe"`},
		"preamble":    {"&skip=2", "Weekly report\nfrom, to, \"x\na,b\n1,2\n", "SELECT a, b FROM preamble", `1|2`},
		"two_of_them": {"&skip=1", encoded(t, "windows-1252", "Export für May\nname,n\nZoë,1\n"), "SELECT name FROM two_of_them", `"Zoë"`},
	} {
		l.mustIngest("name="+name+c.params, c.body)
		if got := strings.Join(l.rows(c.ask), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for what, c := range map[string]struct{ params, body, says string }{
		"sep and a short row":  {"", "sep=;\na;b\n1;2\n3\n", "line 4"},
		"a quote not closed":   {"&quote=single&delimiter=comma", "a,b\n1,'x\n2,y\n", "line 2"},
		"text behind a quote":  {"&quote=single&delimiter=comma", "a,b\n1,2\n'x'y,2\n", "line 3"},
		"a row after preamble": {"&skip=2", "Report\n\na,b\n1,2\n1\n", "line 5"},
	} {
		status, doc := l.ingest("name=bad"+c.params, c.body)
		if status != http.StatusUnprocessableEntity || doc["code"] != "bad_rows" || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
}
