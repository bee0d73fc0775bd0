package ingestd

import (
	"bytes"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// dialect is a way to write CSV that cannot be found out for certain, so the caller
// says it. The zero value is the usual one.
type dialect struct {
	quote     byte // 0: the usual
	unquoted  bool // no byte quotes
	backslash bool // escapes, instead of doubled quotes
	skip      int  // lines before the header
	comment   byte // begins a line that is none of the table; 0: none does
	delimiter byte
}

// maxSkip bounds the lines before a header.
const maxSkip = 1000

func parseDialect(q url.Values, delimiter byte, noHeader bool) (d dialect, err error) {
	quote, err := oneOf(q, "quote", "double", []string{"double", "single", "none"})
	if err != nil {
		return d, err
	}
	escape, err := oneOf(q, "escape", "double", []string{"double", "backslash"})
	if err != nil {
		return d, err
	}
	comment, err := oneOf(q, "comment", "none", slices.Sorted(maps.Keys(comments())))
	if err != nil {
		return d, err
	}
	d.comment = comments()[comment]
	if given := q.Get("skip"); given != "" {
		if d.skip, err = strconv.Atoi(given); err != nil || d.skip < 0 || d.skip > maxSkip {
			return d, ingest.ErrBadOption.Errorf("skip=%q is no number of lines from 0 to %d", given, maxSkip)
		}
	}
	if d.skip > 0 && noHeader {
		return d, ingest.ErrBadOption.Errorf("skip passes over lines before a header, and header=false says that there is none; leave one of them out")
	}
	d.backslash = escape == "backslash"
	d.unquoted = quote == "none"
	if quote == "single" {
		d.quote = '\''
	}
	if d == (dialect{}) {
		return d, nil
	}
	if d.quote == 0 {
		d.quote = '"'
	}
	if d.delimiter = delimiter; delimiter == 0 && d.rewrites() {
		return d, ingest.ErrBadOption.Errorf("with quote, escape or comment the delimiter is not looked for; add delimiter=comma, or which it is")
	}
	return d, nil
}

// comments are the bytes that may begin a line of comment, by their names in a URL.
func comments() map[string]byte {
	return map[string]byte{"none": 0, "hash": '#', "percent": '%', "semicolon": ';', "exclamation": '!'}
}

// normaliser writes CSV of a dialect as the usual CSV, with every line where it
// was. What is malformed stays so.
type normaliser struct {
	dialect
	w   io.Writer
	out []byte

	field   []byte
	state   fieldState
	escaped bool   // the byte before was a backslash
	line    int    // lines ended, up to skip
	cr      bool   // the byte before was a \r
	begun   bool   // bytes of the current line were taken
	wide    bool   // the table has a delimiter
	passed  []byte // ends of the lines of comment before it was known to be
}

// rewrites tells a dialect whose values are written in another way.
func (d dialect) rewrites() bool {
	return d.unquoted || d.backslash || d.comment != 0 || d.quote != '"'
}

// fieldState is how far a field has been read.
type fieldState uint8

const (
	fieldStart  fieldState = iota
	fieldPlain             // no quote opened it
	fieldQuoted            // within quotes
	fieldClosed            // behind the quote that closed it, or doubled it
	fieldBroken            // text came behind the closing quote
	lineComment            // no field, to the end of the line
)

func (n *normaliser) Write(p []byte) (int, error) {
	rest := p
	for len(rest) > 0 && n.line < n.skip {
		n.pass(rest[0])
		rest = rest[1:]
	}
	if !n.rewrites() {
		n.out = append(n.out, rest...)
		rest = nil
	}
	for _, b := range rest {
		n.take(b)
	}
	if len(n.field) > csvscan.DefaultMaxRecord {
		return 0, ingest.ErrBadFile.Errorf("a value is over %d bytes; see whether a quote is never closed, or whether quote and escape are right", csvscan.DefaultMaxRecord)
	}
	_, err := n.w.Write(n.out)
	n.out = n.out[:0]
	return len(p), err
}

// close writes what the end of the input ends.
func (n *normaliser) close() error {
	if n.escaped {
		n.field = append(n.field, '\\')
	}
	if n.state == fieldQuoted { // never closed, and to be told so
		n.out = append(n.out, '"')
		n.out = append(n.out, bytes.ReplaceAll(n.field, []byte(`"`), []byte(`""`))...)
	} else {
		n.emit()
	}
	_, err := n.w.Write(n.out)
	return err
}

func (n *normaliser) take(b byte) {
	if n.remark(b) {
		return
	}
	n.begun = n.state == fieldQuoted || b != '\n' && b != '\r'
	if n.escaped {
		n.escaped = false
		if b != '\\' && b != n.delimiter && b != '\n' && b != '\r' && (n.unquoted || b != n.quote) {
			n.field = append(n.field, '\\')
		}
		n.field = append(n.field, b)
		return
	}
	isQuote := !n.unquoted && b == n.quote
	switch {
	case n.backslash && b == '\\' && n.state != fieldClosed:
		n.escaped = true
		if n.state == fieldStart {
			n.state = fieldPlain
		}
	case n.state == fieldQuoted && isQuote:
		n.state = fieldClosed
	case n.state == fieldQuoted:
		n.field = append(n.field, b)
	case n.state == fieldClosed && isQuote:
		n.field = append(n.field, b)
		n.state = fieldQuoted
	case b == n.delimiter || b == '\n' || b == '\r':
		n.wide = n.wide || b == n.delimiter
		n.leave()
		n.emit()
		n.out = append(n.out, b)
	case n.state == fieldStart && isQuote:
		n.state = fieldQuoted
	default:
		n.text(b)
	}
}

// remark takes a byte of a line of comment, and reports whether it was one.
func (n *normaliser) remark(b byte) bool {
	switch {
	case n.state != lineComment:
		if n.comment == 0 || b != n.comment || n.begun || n.state != fieldStart || n.escaped {
			return false
		}
		n.state, n.cr = lineComment, false
	case n.cr && b != '\n': // the line ended before
		n.state = fieldStart
		return n.remark(b)
	case b == '\n' || b == '\r':
		n.passed = append(n.passed, b)
		n.leave()
		if n.cr = b == '\r'; b == '\n' {
			n.state = fieldStart
		}
	}
	return true
}

// leave keeps the ends of lines of comment, so that every line is where it was, but
// for a table of one column: in that a line without a byte is a NULL.
func (n *normaliser) leave() {
	if n.wide {
		n.out = append(n.out, n.passed...)
		n.passed = n.passed[:0]
	}
}

// text takes a byte outside of quotes.
func (n *normaliser) text(b byte) {
	switch n.state {
	case fieldStart:
		n.state = fieldPlain
	case fieldClosed:
		n.emit()
		n.state = fieldBroken
	}
	if n.state == fieldBroken {
		n.out = append(n.out, b)
		return
	}
	n.field = append(n.field, b)
}

// pass leaves the lines before the header empty.
func (n *normaliser) pass(b byte) {
	if b == '\n' || b == '\r' {
		n.out = append(n.out, b)
		if b == '\r' || !n.cr {
			n.line++
		}
	}
	n.cr = b == '\r'
}

// emit writes the field that ends.
func (n *normaliser) emit() {
	quoted := n.state == fieldClosed
	if quoted || bytes.ContainsAny(n.field, "\"\r\n") || bytes.IndexByte(n.field, n.delimiter) >= 0 {
		n.out = append(n.out, '"')
		n.out = append(n.out, bytes.ReplaceAll(n.field, []byte(`"`), []byte(`""`))...)
		n.out = append(n.out, '"')
	} else {
		n.out = append(n.out, n.field...)
	}
	n.field, n.state = n.field[:0], fieldStart
}
