package csvscan

import (
	"context"
	"fmt"
	"io"
)

// Scan reads a CSV to its end and returns what it is and what stands in the
// way of loading it. Its memory is bounded by the record limit and the number
// of columns, not by the size of the file. It reads r in one goroutine and
// stops with ctx's error soon after ctx ends.
//
// Errors: [ErrEmptyFile], [HeaderError], [ErrTooManyColumns], [ErrNotUTF8],
// [ErrBadOption], and whatever r returned; r may then be left half read.
// Everything else that is wrong with a file is in the result.
func Scan(ctx context.Context, r io.Reader, opts Options) (*Result, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	in, err := open(r)
	if err != nil {
		return nil, err
	}
	if opts.Delimiter == 0 {
		opts.Delimiter = in.mark
	}
	if opts.Delimiter == 0 {
		opts.Delimiter = sniff(in.sample, in.whole, &opts)
	}
	sc := newScanner(ctx, in, opts)
	if err := sc.begin(); err != nil {
		return nil, err
	}
	for sc.s.next() {
		sc.take(&sc.s.rec)
		sc.takeLane()
	}
	if sc.s.err != nil {
		return nil, sc.s.err
	}
	return sc.conclude(), nil
}

// scanner is the state of one Scan.
type scanner struct {
	in      opened
	s       *splitter
	res     *Result
	names   []string
	leading int64 // blank lines before the first record
}

func newScanner(ctx context.Context, in opened, opts Options) *scanner {
	sc := &scanner{in: in, res: &Result{opts: opts}}
	sc.s = newSplitter(ctx, in, opts.Delimiter, &sc.res.opts)
	return sc
}

// begin reads up to the first record and sets the columns up.
func (sc *scanner) begin() error {
	s, o := sc.s, &sc.res.opts
	for {
		if !s.next() {
			if s.err != nil {
				return s.err
			}
			return ErrEmptyFile
		}
		if !s.rec.blank() {
			break
		}
		sc.leading++
	}
	rec := &s.rec
	if rec.width > o.MaxColumns {
		return fmt.Errorf("%w: %d, at most %d", ErrTooManyColumns, rec.width, o.MaxColumns)
	}
	if o.NoHeader {
		sc.names = numberedNames(rec.width)
	} else {
		names, err := headerNames(rec)
		if err != nil {
			return err
		}
		sc.names = names
	}
	if err := sc.res.layOut(sc.names); err != nil {
		return err
	}
	if o.NoHeader {
		if rec.width == 1 { // blank lines are NULLs then
			sc.res.plan[0].nulls, sc.res.Records, sc.leading = sc.leading, sc.leading, 0
		}
		sc.take(rec)
	}
	return nil
}

// take tallies one record.
func (sc *scanner) take(rec *record) {
	res := sc.res
	if rec.blank() && len(sc.names) > 1 {
		res.BlankLines++
		return
	}
	if !rec.sound(len(sc.names)) {
		if bad, ok := judge(rec, sc.names); !ok {
			sc.reject(rec, bad)
			return
		}
	}
	res.Records++
	for i, f := range rec.fields {
		c := &res.plan[i]
		switch {
		case f.start < f.end && !f.escaped:
			c.observe(rec.raw[f.start:f.end], rec.line)
		case f.quoted:
			c.observeText(unescape(rec.value(f), f), rec.line)
		default:
			c.nulls++
		}
	}
}

// reject counts a malformed record.
func (sc *scanner) reject(rec *record, bad BadRow) {
	res := sc.res
	res.BadCount++
	if !rec.utf8() {
		res.NotUTF8++
	}
	if rec.over {
		res.Oversized++
	}
	if len(res.Bad) < MaxBadRows {
		res.Bad = append(res.Bad, bad)
	}
}

// conclude sums up, at the end of the input.
func (sc *scanner) conclude() *Result {
	s, o := sc.s, &sc.res.opts
	sc.res.Dialect = Dialect{Delimiter: o.Delimiter, NewLine: newLine(s.ends), Offset: sc.in.offset,
		Header: !o.NoHeader, Quotes: s.quotes}
	sc.res.conclude(sc.names)
	return sc.res
}

func newLine(ends [3]int64) string {
	names := [3]string{"\n", "\r\n", "\r"}
	found := ""
	for i, n := range ends {
		switch {
		case n == 0:
		case found != "":
			return "mixed"
		default:
			found = names[i]
		}
	}
	return found
}
