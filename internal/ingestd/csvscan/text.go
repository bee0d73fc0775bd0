package csvscan

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxExample bounds the values quoted in results, in bytes.
const maxExample = 200

// printable returns a value as text that can be shown: bounded, valid UTF-8.
func printable(b []byte) string {
	cut := len(b) > maxExample
	if cut {
		n := maxExample
		for n > maxExample-utf8.UTFMax && !utf8.RuneStart(b[n]) {
			n--
		}
		b = b[:n]
	}
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	if cut {
		s += "…"
	}
	return s
}

// unescape returns the value of a field whose quotes may be doubled.
func unescape(b []byte, f field) []byte {
	if !f.escaped {
		return b
	}
	return bytes.ReplaceAll(b, []byte(`""`), []byte(`"`))
}

// lineEnds turns line ends inside a name into blanks: DuckDB skips a header by
// the line, and nobody can type such a name.
var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// cleanName removes what surrounds a name in a header but is no part of it.
func cleanName(s string) string {
	return lineEnds.Replace(strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }))
}

// foldName maps names that differ by case alone to the same key.
func foldName(s string) string {
	return strings.ToLower(strings.ToUpper(cleanName(s)))
}

// Text returns Raw as text that any table can hold: as it is where it is UTF-8
// without NUL, else with every byte that is not written as \xHH and every
// backslash doubled, so that nothing of it is lost.
func (r BadRow) Text() string {
	if utf8.Valid(r.Raw) && bytes.IndexByte(r.Raw, 0) < 0 {
		return string(r.Raw)
	}
	var out strings.Builder
	for b := r.Raw; len(b) > 0; {
		c, n := utf8.DecodeRune(b)
		switch {
		case c == utf8.RuneError && n == 1, c == 0:
			fmt.Fprintf(&out, `\x%02x`, b[0])
		case c == '\\':
			out.WriteString(`\\`)
		default:
			out.Write(b[:n])
		}
		b = b[n:]
	}
	return out.String()
}
