package ingestd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// goodFile and badFile hold, where a file was rewritten, the rows to load and
// the rows that cannot be taken.
const (
	goodFile = "good.csv"
	badFile  = "bad.csv"
)

// source is a file that was decided upon: what to convert, into which columns.
type source struct {
	path     string
	relation relation               // of the file at path
	file     []csvscan.ColumnResult // in the file's order
	columns  []catalog.Column       // with field ids, in the dataset's order
	records  int64
	nulls    map[string]int64 // of each column
	bytes    int64            // that they take as text, for the width of a row
	rejected int64
	warnings []string

	badHash string // content hash of badFile
}

// formats gives the columns that were not written in ISO 8601.
func (s *source) formats() map[string]string {
	formats := map[string]string{}
	for _, c := range s.file {
		if c.Format != "" {
			formats[c.Name] = c.Format
		}
	}
	return formats
}

// decide judges the scanned file: it is refused, or becomes a source. A file
// that is not clean is rewritten into canonical CSV first.
func (l *load) decide(ctx context.Context) (*source, error) {
	if l.got.err != nil {
		return nil, scanProblem(l.got.err)
	}
	v := l.got.scan.verdict()
	if len(v.drift) > 0 {
		return nil, drift(l.name, l.opts, v.drift)
	}
	src := &source{file: v.columns, records: v.records, columns: l.assign(v.columns), warnings: append(warningsOf(v), l.got.warnings...), bytes: cmp.Or(v.bytes, l.got.size)}
	if v.badRows && !l.opts.quarantine {
		return nil, l.listBadRows(ctx)
	}
	if v.records == 0 && l.agreed == nil && l.current != nil && l.current.Rows > 0 && l.opts.mode == catalog.Replace {
		src.warnings = append(src.warnings, fmt.Sprintf("the file has no rows: the dataset is empty from now on; version %d has its %d rows", l.current.Version, l.current.Rows))
	}
	if !v.clean {
		return src, l.rewrite(ctx, src)
	}
	src.path, src.nulls = l.got.path, v.nulls
	var err error
	src.relation, err = l.got.scan.relation(src.path)
	return src, err
}

// listBadRows reads the file again for the first rows that cannot be taken,
// malformed ones and those with values that do not fit alike.
func (l *load) listBadRows(ctx context.Context) error {
	input, err := os.Open(l.got.path)
	if err != nil {
		return err
	}
	defer input.Close()
	report, err := l.got.scan.rewrite(ctx, input, io.Discard, nil)
	if err != nil {
		return scanProblem(err)
	}
	return badRows(report.Bad, report.BadCount)
}

// rewrite parts the file into the rows to load and the rows to quarantine.
func (l *load) rewrite(ctx context.Context, src *source) (err error) {
	input, err := os.Open(l.got.path)
	if err != nil {
		return err
	}
	defer input.Close()
	good, err := os.Create(l.ws.path(goodFile))
	if err != nil {
		return err
	}
	defer good.Close()
	quarantine, err := newBadRowWriter(l.ws.path(badFile), l.hash)
	if err != nil {
		return err
	}
	report, err := l.got.scan.rewrite(ctx, input, good, quarantine.write)
	if closeErr := quarantine.close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return scanProblem(err)
	}
	if report.Records == 0 && report.BadCount > 0 {
		return noGoodRow(report.Bad, report.BadCount)
	}
	src.path = good.Name()
	if src.relation, err = csvRelation(csvscan.CanonicalReading(), src.file); err != nil {
		return err
	}
	src.warnings = append(src.warnings, swallowed(report.Bad)...)
	src.records, src.rejected = report.Records, report.BadCount
	src.nulls = make(map[string]int64, len(src.file))
	for i, c := range src.file {
		src.nulls[c.Name] = report.Nulls[i]
	}
	src.badHash = quarantine.contentHash()
	return good.Close()
}

// assign gives the file's columns their field ids, in the dataset's order where
// there is a dataset.
func (l *load) assign(file []csvscan.ColumnResult) []catalog.Column {
	wanted := make([]catalog.Column, len(file))
	for i, c := range file {
		wanted[i] = catalog.Column{Name: c.Name, Type: c.Type, Nullable: true, Unvalued: !c.HasValue}
	}
	var current []catalog.Column
	lastID := 0
	if l.current != nil {
		current, lastID = l.current.Columns, l.current.LastColumnID
	}
	switch {
	case l.current != nil && l.opts.schema != catalog.ReplaceSchema:
		slices.SortFunc(wanted, func(a, b catalog.Column) int {
			return position(current, a.Name) - position(current, b.Name)
		})
	case l.agreed != nil:
		slices.SortFunc(wanted, func(a, b catalog.Column) int { return agreedPosition(l.agreed, a) - agreedPosition(l.agreed, b) })
	}
	assigned, _ := catalog.Assign(current, lastID, wanted)
	return assigned
}

func position(columns []catalog.Column, name string) int {
	return slices.IndexFunc(columns, func(c catalog.Column) bool { return c.Name == name })
}

func nullsOf(columns []csvscan.ColumnResult) map[string]int64 {
	nulls := make(map[string]int64, len(columns))
	for _, c := range columns {
		nulls[c.Name] = c.Nulls
	}
	return nulls
}

func warningsOf(v verdict) []string {
	warnings := append([]string{}, v.warnings...)
	for _, c := range v.columns {
		switch {
		case c.Format != "":
			warnings = append(warnings, "column "+strconv.Quote(c.Name)+" was read as "+c.Type+" in the format "+c.Format)
		case c.TextDates && c.Type == "string":
			warnings = append(warnings, "column "+strconv.Quote(c.Name)+" holds dates and is kept as text: they are not all written alike, or no day number over 12 tells days from months; write them all as 2026-01-31 or 2026-01-31T08:30:00, or name their format, as types="+c.Name+":date(%m/%d/%Y) does")
		case c.Mixed != nil:
			warnings = append(warnings, fmt.Sprintf("column %q is kept as text: most of its values are %s, but %q on line %d is none; mend it, or load with types=%s:%s, where rows with such values are bad ones",
				c.Name, c.Mixed.Kind, c.Mixed.Value, c.Mixed.Line, c.Name, c.Mixed.Like))
		}
	}
	if i := slices.IndexFunc(v.columns, func(c csvscan.ColumnResult) bool { return c.NamedLikeValue }); i >= 0 {
		warnings = append(warnings, fmt.Sprintf("the first line was taken for the columns' names, of which %q reads like a value; if the file has no header, load it with header=false", v.columns[i].Name))
	}
	return warnings
}

// swallowed warns of rejected records that took in the lines after them, as one
// does whose quote is never closed: each is one row of the quarantine, however
// many rows its lines were meant to be.
func swallowed(bad []csvscan.BadRow) []string {
	var warnings []string
	for _, row := range bad {
		if row.Lines > 1 {
			warnings = append(warnings, "the rejected record on line "+strconv.FormatInt(row.Line, 10)+" takes in "+
				strconv.FormatInt(row.Lines, 10)+" lines: "+row.Reason)
		}
	}
	return warnings
}

// convertAll converts the source's rows. A file without rows needs no
// conversion: its columns are registered alone.
func (l *load) convertAll(ctx context.Context, src *source) ([]string, error) {
	if src.records == 0 {
		return nil, nil
	}
	out, err := l.ws.folder("parquet")
	if err != nil {
		return nil, err
	}
	return l.convert(ctx, conversion{input: src.path, relation: src.relation, target: src.columns,
		records: src.records, nulls: src.nulls, bytes: src.bytes, size: l.got.size, foreign: l.got.format == formatParquet}, out)
}
