package jsonscan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// Rewrite reads the bytes again that res is the scan of, and writes the good
// records to w as canonical CSV, in the order of res.Columns. In it a nested value
// is JSON with every field of its type, and every scalar as a string. Every other
// record goes to bad with its text; bad may be nil, and w io.Discard, to learn the
// bad rows only. Bytes other than the scanned ones give [csvscan.ErrChanged].
func Rewrite(ctx context.Context, r io.Reader, w io.Writer, res *Result, bad func(csvscan.BadRow) error) (*csvscan.Report, error) {
	names := make([]string, len(res.columns))
	rw := &rewriter{res: res, doc: newDocument()}
	for i, c := range res.columns {
		names[i] = c.name
	}
	rw.out = csvscan.NewWriter(w, names)
	rw.cells, rw.texts = make([][]byte, len(names)), make([][]byte, len(names))
	s := newSplitter(ctx, r, res.layout)
	for {
		record, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := rw.take(record, s, bad); err != nil {
			return nil, err
		}
	}
	report, err := rw.out.Close()
	if err == nil && report.Records+report.BadCount != res.Records+res.BadCount {
		err = fmt.Errorf("%w: %d records, then %d", csvscan.ErrChanged, res.Records+res.BadCount, report.Records+report.BadCount)
	}
	return report, err
}

// rewriter is the state of one Rewrite.
type rewriter struct {
	res   *Result
	doc   *document
	out   *csvscan.Writer
	cells [][]byte // of the record
	texts [][]byte // what cells are made in
}

func (rw *rewriter) take(record []byte, s *splitter, bad func(csvscan.BadRow) error) error {
	row := csvscan.BadRow{Line: s.line, Lines: s.rows}
	err := rw.doc.parse(record)
	if err == nil {
		err = rw.fill(&row)
	}
	if err == nil {
		return rw.out.Write(rw.cells)
	}
	row.Reason = err.Error()
	rw.out.Reject(row)
	if bad == nil {
		return nil
	}
	row.Raw = record
	return bad(row)
}

// fill makes the cells of a record. Its error is the reason for a bad row.
func (rw *rewriter) fill(row *csvscan.BadRow) error {
	d := rw.doc
	if err := rw.res.keys.admits(d); err != nil {
		return err
	}
	clear(rw.cells)
	for i := d.values[0].first; i != 0; i = d.values[i].next {
		v := &d.values[i]
		if v.kind == 'n' {
			continue
		}
		c := rw.res.keys.columns[string(v.name)]
		if c == nil {
			return csvscan.ErrChanged
		}
		if c.want != nil {
			if err := c.shape.fits(d, i, c.format); err != nil {
				row.Column, row.Value = c.name, csvscan.Printable(v.text)
				return err
			}
		}
		rw.texts[c.at] = c.shape.render(append(rw.texts[c.at][:0], ""...), d, i, true)
		if rw.cells[c.at] = rw.texts[c.at]; rw.cells[c.at] == nil {
			rw.cells[c.at] = []byte{}
		}
	}
	for _, c := range rw.res.columns {
		if c.needed && rw.cells[c.at] == nil {
			row.Column = c.name
			return errors.New(csvscan.MissingReason)
		}
	}
	return nil
}

// render appends a value that fits: in a cell of its own as text, inside of JSON
// as JSON.
func (s *shape) render(dst []byte, d *document, at int32, cell bool) []byte {
	v := &d.values[at]
	switch {
	case v.kind == 'n':
		return append(dst, "null"...)
	case s.kind == scalar && cell:
		return append(dst, v.text...)
	case s.kind == scalar:
		quoted, _ := jsontext.AppendQuote(dst, v.text) // it is UTF-8
		return quoted
	case s.kind == structure:
		return s.renderStruct(dst, d, at)
	}
	open, shut := byte('['), byte(']')
	if s.kind == mapping {
		open, shut = '{', '}'
	}
	dst = append(dst, open)
	for i := v.first; i != 0; i = d.values[i].next {
		if i != v.first {
			dst = append(dst, ',')
		}
		if s.kind == mapping {
			dst, _ = jsontext.AppendQuote(dst, d.values[i].name)
			dst = append(dst, ':')
		}
		dst = s.element.render(dst, d, i, false)
	}
	return append(dst, shut)
}

// renderStruct writes every field of the type, for the cast wants them all.
func (s *shape) renderStruct(dst []byte, d *document, at int32) []byte {
	dst = append(dst, '{')
	next := d.values[at].first // of the members, most often in the order of the fields
	for n, f := range s.fields {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst, _ = jsontext.AppendQuote(dst, f.name)
		dst = append(dst, ':')
		found := next
		if next == 0 || string(d.values[next].name) != f.name {
			found = d.member(at, f.name)
		}
		if found == 0 {
			dst = append(dst, "null"...)
			continue
		}
		dst, next = f.render(dst, d, found, false), d.values[found].next
	}
	return append(dst, '}')
}

// member finds an object's member by its key, without regard to case.
func (d *document) member(at int32, name string) int32 {
	for i := d.values[at].first; i != 0; i = d.values[i].next {
		if strings.EqualFold(string(d.values[i].name), name) {
			return i
		}
	}
	return 0
}
