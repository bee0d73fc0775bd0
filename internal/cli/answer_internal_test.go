package cli

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A table fits the screen: texts are cut first, then columns of the middle are left
// out and said to be. No digit is ever lost.
func TestATableFitsTheScreen(t *testing.T) {
	long := json.RawMessage(`"` + strings.Repeat("wörd ", 11) + `"`)
	answer := query.Answer{Rows: [][]json.RawMessage{{}}}
	for _, name := range []string{"first", "amount", "text", "more", "third", "fourth", "last"} {
		column, value := query.Column{Name: name, Type: "VARCHAR"}, long
		if name == "amount" {
			column.Type, value = "DECIMAL(38,2)", json.RawMessage(`"1234567890123456789012345678.90"`)
		}
		answer.Columns = append(answer.Columns, column)
		answer.Rows[0] = append(answer.Rows[0], value)
	}
	for _, c := range []struct {
		columns int
		shown   []string
		note    string
	}{
		{0, []string{"first", "amount", "text", "more", "third", "fourth", "last", "wörd wörd wörd wörd wörd wörd wörd"}, ""},
		{200, []string{"first", "amount", "text", "more", "third", "fourth", "last"}, ""},
		{100, []string{"first", "amount", "last", "…"}, "of 7 columns are left out"},
	} {
		var out strings.Builder
		note := writeFitting(&out, answer, c.columns)
		for _, part := range append(c.shown, "1234567890123456789012345678.90") {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%d columns: no %q in\n%s", c.columns, part, out.String())
			}
		}
		for line := range strings.Lines(out.String()) {
			if width := text.StringWidth(strings.TrimSuffix(line, "\n")); c.columns > 0 && width > c.columns {
				t.Errorf("%d columns: a line of %d\n%s", c.columns, width, line)
			}
		}
		if !strings.Contains(note, c.note) || (note == "") != (c.note == "") {
			t.Errorf("%d columns: %q", c.columns, note)
		}
	}
}

// The caret is under the place, whatever is before it.
func TestTheCaretIsUnderThePlace(t *testing.T) {
	for _, c := range []struct {
		sql  string
		at   int
		want string
	}{
		{"selekt 1", 0, "  selekt 1\n  ^\n"},
		{"select 1,\n\t'é日', x\nfrom t", 19, "   'é日', x\n         ^\n"},
		{"select 1", 8, "  select 1\n          ^\n"},
		{strings.Repeat("é", 100) + " x " + strings.Repeat("y", 100), 201, "  …" + strings.Repeat("é", 29) + " x " + strings.Repeat("y", 58) + "…\n" + strings.Repeat(" ", 33) + "^\n"},
	} {
		var out strings.Builder
		showPosition(&out, c.sql, query.ErrInvalid.Errorf("no").With("position", json.Number(strconv.Itoa(c.at))))
		if out.String() != c.want {
			t.Errorf("%q at %d:\n%q\n%q", c.sql, c.at, out.String(), c.want)
		}
	}
	var out strings.Builder
	for _, err := range []error{nil, errQuit, query.ErrInvalid.Errorf("no"), wire.ErrInternal.Errorf("no").With("position", json.Number("99"))} {
		showPosition(&out, "select", err)
	}
	if out.Len() > 0 {
		t.Errorf("a caret for no place: %s", out.String())
	}
}
