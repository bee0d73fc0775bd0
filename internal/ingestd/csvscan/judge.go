package csvscan

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// sound reports that a record needs no judging: nearly all of them.
func (r *record) sound(width int) bool {
	return r.fault == noFault && r.width == width && !r.suspect
}

// judge decides whether a record is well formed: readable, and as wide as the
// file. It returns the bad row when it is not.
func judge(rec *record, names []string) (BadRow, bool) {
	bad := BadRow{Line: rec.line, Lines: rec.lines}
	if reason := unreadable(rec); reason != "" {
		bad.Reason = reason
		i := culprit(rec)
		if i >= 0 && i < len(names) {
			bad.Column = names[i]
		}
		if i >= 0 && i < len(rec.fields) {
			bad.Value = printable(rec.value(rec.fields[i]))
		}
		return bad, false
	}
	if rec.width != len(names) {
		bad.Reason = fmt.Sprintf("%s where the file has %s", count(rec.width, "value"), count(len(names), "column"))
		return bad, false
	}
	return bad, true
}

// culprit returns the field at fault in an unreadable record, or -1.
func culprit(rec *record) int {
	switch rec.fault {
	case tooLong:
		return -1
	case noFault:
		for i, f := range rec.fields {
			if v := rec.value(f); bytes.IndexByte(v, 0) >= 0 || !utf8.Valid(v) {
				return i
			}
		}
		return -1
	}
	return rec.faultField
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
