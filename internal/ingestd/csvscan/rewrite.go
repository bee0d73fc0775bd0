package csvscan

import (
	"context"
	"fmt"
	"io"
)

// Report is what a [Rewrite] did.
type Report struct {
	Records int64 // written
	// Bad lists the first [MaxBadRows] rows left out and BadCount counts them
	// all, malformed records and misfits alike, one entry for each record.
	Bad      []BadRow
	BadCount int64
	// Nulls counts the NULLs of the records written, by column.
	Nulls []int64
}

// Rewrite reads the bytes again that res is the scan of, and writes the good
// records to w as canonical CSV: a header, commas, \n, no byte order mark,
// quotes only around empty strings and values with commas, quotes or line
// ends. Every other record goes to bad with its raw text; bad may be nil, and w
// io.Discard, to learn the bad rows only.
//
// With a bad function, a record over the size limit ends the rewrite with
// [ErrRecordTooLong]. Bytes other than the scanned ones give [ErrChanged].
func Rewrite(ctx context.Context, r io.Reader, w io.Writer, res *Result, bad func(BadRow) error) (*Report, error) {
	in, err := open(r)
	if err != nil {
		return nil, err
	}
	s := newSplitter(ctx, in, res.opts.Delimiter, &res.opts)
	rw := &rewriter{res: res, bad: bad, report: &Report{Nulls: make([]int64, len(res.Columns))}, out: canonical{w: w, delim: res.opts.Delimiter}}
	for _, c := range res.Columns {
		rw.names = append(rw.names, c.Name)
	}
	rw.out.header(rw.names)
	header := !res.opts.NoHeader
	for s.next() {
		if s.rec.blank() && (header || res.width > 1) {
			continue
		}
		if header {
			header = false
			continue
		}
		if err := rw.take(&s.rec); err != nil {
			return nil, err
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	if err := rw.out.flush(); err != nil {
		return nil, err
	}
	rep := rw.report
	if rep.Records+rep.BadCount != res.Records+res.BadCount {
		return nil, fmt.Errorf("%w: %d records, then %d", ErrChanged, res.Records+res.BadCount, rep.Records+rep.BadCount)
	}
	return rep, nil
}

// rewriter is the state of one Rewrite.
type rewriter struct {
	res    *Result
	names  []string
	bad    func(BadRow) error
	report *Report
	out    canonical
}

func (rw *rewriter) take(rec *record) error {
	row, ok := BadRow{}, rec.sound(len(rw.names))
	if !ok {
		row, ok = judge(rec, rw.names)
	}
	if ok {
		row, ok = rw.fits(rec)
	}
	if ok {
		rw.report.Records++
		for i, f := range rec.fields {
			if f.start == f.end && !f.quoted {
				rw.report.Nulls[i]++
			}
		}
		return rw.out.record(rec)
	}
	rw.report.BadCount++
	if len(rw.report.Bad) < MaxBadRows {
		rw.report.Bad = append(rw.report.Bad, row)
	}
	if rw.bad == nil {
		return nil
	}
	if rec.over {
		return fmt.Errorf("%w: line %d has %d bytes, at most %d", ErrRecordTooLong, rec.line, rec.size, rw.res.opts.MaxRecord)
	}
	row.Raw = rec.raw
	return rw.bad(row)
}

// MissingReason says why a record without a required value is bad.
const MissingReason = "it has no value, and a column of the key needs one"

// fits holds the values of a well-formed record against the columns' types.
func (rw *rewriter) fits(rec *record) (BadRow, bool) {
	for i, f := range rec.fields {
		c := &rw.res.plan[i]
		null := f.start == f.end && !f.quoted
		if null && c.required {
			return BadRow{Line: rec.line, Lines: rec.lines, Column: c.name, Reason: MissingReason}, false
		}
		if !c.typed || c.want.kind == kindString || null {
			continue
		}
		v := rec.value(f)
		if f.start < f.end && !f.escaped {
			if c.accepts(v, classify(v)) {
				continue
			}
		}
		return BadRow{Line: rec.line, Lines: rec.lines, Column: c.name, Value: printable(unescape(v, f)),
			Reason: c.want.reason(c.declared, rw.res.Columns[i].Format)}, false
	}
	return BadRow{}, true
}
