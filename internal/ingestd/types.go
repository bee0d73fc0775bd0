package ingestd

import (
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// givenTypes are the types that the caller gives columns, by name.
type givenTypes struct {
	types   map[string]string // Iceberg's, without blanks
	formats map[string]string // strptime formats of dates and timestamps
}

// parseTypes reads col:type,col:type. A column whose name holds a comma or a colon
// is quoted as in SQL; a date or timestamp may have its format in parentheses, as
// date(%d/%m/%Y).
func parseTypes(given string) (givenTypes, error) {
	t := givenTypes{map[string]string{}, map[string]string{}}
	for rest := given; rest != ""; {
		name, after, ok := columnName(rest)
		if !ok {
			return t, ingest.ErrBadOption.Errorf("types=%q has no column:type at %q; write types=zip:string,rate:decimal(10,2)", given, rest)
		}
		var text string
		text, rest = untilComma(after)
		if _, twice := t.types[name]; twice {
			return t, ingest.ErrBadOption.Errorf("types gives the column %q two types; give it one", name)
		}
		if err := t.add(name, strings.TrimSpace(text)); err != nil {
			return t, err
		}
	}
	return t, nil
}

// columnName takes a name and the colon behind it.
func columnName(s string) (name, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	quoted, isQuoted := strings.CutPrefix(s, `"`)
	if !isQuoted {
		name, rest, ok = strings.Cut(s, ":")
		return strings.TrimSpace(name), rest, ok && strings.TrimSpace(name) != "" && !strings.Contains(name, ",")
	}
	var b strings.Builder
	for {
		part, after, closed := strings.Cut(quoted, `"`)
		b.WriteString(part)
		if !closed {
			return "", "", false
		}
		if quoted, closed = strings.CutPrefix(after, `"`); !closed {
			rest, ok = strings.CutPrefix(strings.TrimLeft(after, " "), ":")
			return b.String(), rest, ok && b.Len() > 0
		}
		b.WriteByte('"')
	}
}

// untilComma takes what stands before the next comma that is in no brackets.
func untilComma(s string) (text, rest string) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(', '<':
			depth++
		case ')', '>':
			depth--
		case ',':
			if depth == 0 {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

func (t givenTypes) add(column, text string) error {
	for _, dated := range []string{"date", "timestamp"} {
		inner, ok := strings.CutPrefix(text, dated+"(")
		if format, closed := strings.CutSuffix(inner, ")"); ok && closed {
			if err := csvscan.CheckFormat(dated, format); err != nil {
				return ingest.ErrBadOption.Errorf("column %q: %v", column, err)
			}
			t.types[column], t.formats[column] = dated, format
			return nil
		}
	}
	text = strings.ReplaceAll(text, " ", "")
	if _, err := duck.TypeOf(text); err != nil {
		near := wire.Nearest(text, typeNames())
		return ingest.ErrBadOption.Errorf("column %q: %q is no type; use boolean, int, long, float, double, decimal(p,s), date, time, timestamp, timestamptz or string%s", column, text, meant(near)).
			With("near", near)
	}
	t.types[column] = text
	return nil
}

// typeNames are the names that a mistake may have meant.
func typeNames() []string {
	return []string{"boolean", "int", "long", "float", "double", "decimal(18,2)", "date", "time", "timestamp", "timestamptz", "string", "binary"}
}

// meant words the near names of a mistake, "" where there are none.
func meant(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// unknownColumn is the problem of a type for a column that the file lacks.
func unknownColumn(e *csvscan.MissingColumnError) error {
	near := wire.Nearest(e.Column, e.Columns)
	return ingest.ErrBadOption.Errorf("types names the column %q, which the file does not have%s", e.Column, meant(near)).With("near", near)
}
