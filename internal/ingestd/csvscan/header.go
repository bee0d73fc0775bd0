package csvscan

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName bounds a column's name, in bytes.
const maxName = 1024

// HeaderError lists what is wrong with a header. It matches [ErrBadHeader].
// It matches [ErrBadEncoding] too where the header is not UTF-8.
type HeaderError struct {
	Problems []HeaderProblem
	notUTF8  bool
}

// HeaderProblem is one name that cannot be a column's.
type HeaderProblem struct {
	Position int // of the column, from 1; 0 when the whole line is at fault
	Name     string
	Reason   string
}

func (e *HeaderError) Error() string {
	var b strings.Builder
	b.WriteString(ErrBadHeader.Error())
	for i, p := range e.Problems {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		if i == 10 {
			fmt.Fprintf(&b, "; and %d more", len(e.Problems)-i)
			break
		}
		b.WriteString(sep)
		if p.Position > 0 {
			fmt.Fprintf(&b, "column %d ", p.Position)
		}
		if p.Name != "" {
			fmt.Fprintf(&b, "(%s) ", p.Name)
		}
		b.WriteString(p.Reason)
	}
	return b.String()
}

// Is matches ErrBadHeader, and ErrBadEncoding where that is the reason.
func (e *HeaderError) Is(target error) bool {
	return target == ErrBadHeader || target == ErrBadEncoding && e.notUTF8
}

// headerNames reads the columns' names from the first record.
func headerNames(rec *record) ([]string, error) {
	if reason := unreadable(rec); reason != "" {
		return nil, &HeaderError{[]HeaderProblem{{Reason: "the header line has " + reason}}, !rec.utf8()}
	}
	if excelMark(rec.raw) {
		return nil, &HeaderError{[]HeaderProblem{{Reason: "the first line is Excel's mark of the delimiter and no header: take that line out"}}, false}
	}
	names := make([]string, len(rec.fields))
	first := make(map[string]int, len(names))
	var problems []HeaderProblem
	for i, f := range rec.fields {
		name := cleanName(string(unescape(rec.value(f), f)))
		names[i] = name
		before, twice := first[foldName(name)]
		switch {
		case name == "":
			problems = append(problems, HeaderProblem{i + 1, "", "has no name"})
			continue
		case len(name) > maxName:
			problems = append(problems, HeaderProblem{i + 1, printable([]byte(name)),
				fmt.Sprintf("has a name over %d bytes", maxName)})
		case twice && names[before-1] == name:
			problems = append(problems, HeaderProblem{i + 1, name, fmt.Sprintf("has the name of column %d", before)})
		case twice:
			problems = append(problems, HeaderProblem{i + 1, name,
				fmt.Sprintf("differs from column %d (%s) by case alone", before, names[before-1])})
		}
		if !twice {
			first[foldName(name)] = i + 1
		}
	}
	if problems != nil {
		return nil, &HeaderError{problems, false}
	}
	return names, nil
}

// excelMark tells the line "sep=;", which tells Excel the delimiter.
func excelMark(line []byte) bool {
	return len(line) == len("sep=;") && bytes.EqualFold(line[:4], []byte("sep="))
}

// numberedNames names the columns of a file without a header.
func numberedNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("column_%d", i+1)
	}
	return names
}

// unreadable says why a record cannot be split or read as text, or "".
func unreadable(rec *record) string {
	switch rec.fault {
	case strayQuote:
		return "a quote inside an unquoted value: put the value in quotes and double the quote"
	case textAfterQuote:
		return "text after a closing quote: double the quotes inside a quoted value"
	case unclosedQuote:
		reason := fmt.Sprintf("a quote opened on line %d that is never closed", rec.faultLine)
		if n := rec.line + rec.lines - 1 - rec.faultLine; n > 0 {
			reason += fmt.Sprintf(" and takes in the lines after it, %d of them", n)
		}
		return reason
	case tooLong:
		return fmt.Sprintf("%d bytes, more than a record may have", rec.size)
	}
	if !rec.suspect {
		return ""
	}
	if bytes.IndexByte(rec.raw, 0) >= 0 {
		return "a NUL byte"
	}
	if !rec.utf8() {
		return "bytes that are not UTF-8: save the file as UTF-8, or say its encoding"
	}
	return ""
}

// utf8 reports that a record, as far as it is there, is UTF-8.
func (r *record) utf8() bool { return !r.suspect || utf8.Valid(r.raw) }
