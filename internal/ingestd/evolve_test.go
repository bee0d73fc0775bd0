package ingestd

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// A column widens where its values need it, and becomes string only where that is
// asked for.
func TestWidening(t *testing.T) {
	for _, c := range []struct{ known, typ, file, want string }{
		{"int", "int", "long", "long"},
		{"int", "int", "decimal(18,2)", "decimal(18,2)"},
		{"long", "long", "decimal(18,2)", "decimal(21,2)"},
		{"long", "long", "double", "double"},
		{"float", "float", "double", "double"},
		{"decimal(18,2)", "decimal(18,2)", "long", "decimal(21,2)"},
		{"decimal(18,2)", "decimal(18,2)", "decimal(18,4)", "decimal(20,4)"},
		{"decimal(38,2)", "decimal(38,2)", "decimal(18,4)", "decimal(38,2)"},
		{"decimal(18,2)", "decimal(18,2)", "double", "decimal(18,2)"},
		{"date", "date", "timestamp", "date"},
		{"long", "long", "string", "long"},
		{"long", "string", "string", "string"},
		{"date", "string", "string", "string"},
		{"long", "double", "double", "double"},
		{"long", "date", "date", "long"},
	} {
		if got := widenedFor(c.known, csvscan.ColumnResult{Type: c.typ, FileType: c.file, Misfits: 1}); got != c.want {
			t.Errorf("%s with %s (%s): %s, want %s", c.known, c.typ, c.file, got, c.want)
		}
	}
	if got := widenedFor("long", csvscan.ColumnResult{Type: "long", FileType: "decimal(18,2)"}); got != "long" {
		t.Errorf("values that fit make long %s", got)
	}
}
