package catalog

import (
	"fmt"
	"strings"
	"testing"
)

// TestSchemaChanges: columns are followed by their ids, through renames, new types
// and new places, of which the fewest are told.
func TestSchemaChanges(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"1 a long, 2 b string", "1 a long, 2 b string", ""},
		{"1 a long", "1 a long, 2 b string", "b added - string"},
		{"1 a long, 2 b string", "2 b string", "a removed long -"},
		{"1 a long", "1 z long", "z renamed a z"},
		{"1 a int", "1 a long", "a retyped int long"},
		{"1 a string", "7 a date", "a retyped string date"},
		{"1 a long, 2 b string", "2 a long, 1 b string", "a renamed b a; a retyped string long; b renamed a b; b retyped long string; a reordered 2 1"},
		{"1 a long", "2 b long", "b added - long; a removed long -"},
		{"1 a int, 2 b int, 3 c int, 4 d int", "2 b int, 3 c int, 4 d int, 1 a int", "a reordered 1 4"},
		{"1 a int, 2 b int, 3 c int, 4 d int", "4 d int, 1 a int, 2 b int, 3 c int, 5 e int", "e added - int; d reordered 4 1"},
		{"1 a int, 2 b int, 3 c int", "3 c int, 2 b int, 1 a int", "c reordered 3 1; b reordered 2 2"},
	} {
		var got []string
		for _, change := range SchemaChanges(fields(c.before), fields(c.after)) {
			text := func(s *string) string {
				if s == nil {
					return "-"
				}
				return *s
			}
			got = append(got, strings.Join([]string{change.Column, change.Change, text(change.From), text(change.To)}, " "))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("from %s to %s: %q, not %q", c.before, c.after, text, c.want)
		}
	}
}

// fields reads "1 a long, 2 b string".
func fields(text string) (columns []Column) {
	for _, word := range strings.Split(text, ", ") {
		var c Column
		if _, err := fmt.Sscan(word, &c.FieldID, &c.Name, &c.Type); err != nil {
			panic(err)
		}
		columns = append(columns, c)
	}
	return columns
}
