package csvscan

import (
	"bytes"
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
