package csvscan

import (
	"bytes"
	"io"
)

// A Writer writes records that did not come from a CSV as canonical CSV, as
// [Rewrite] does, and counts them.
type Writer struct {
	out    canonical
	report *Report
}

// NewWriter begins a file with these columns.
func NewWriter(w io.Writer, names []string) *Writer {
	cw := &Writer{out: canonical{w: w}, report: &Report{Nulls: make([]int64, len(names))}}
	cw.out.header(names)
	return cw
}

// Write writes one record; nil is NULL, and an empty value the empty string.
func (w *Writer) Write(values [][]byte) error {
	for i, v := range values {
		if i > 0 {
			w.out.buf = append(w.out.buf, ',')
		}
		if v == nil {
			w.report.Nulls[i]++
			continue
		}
		w.value(v)
	}
	w.report.Records++
	w.out.buf = append(w.out.buf, '\n')
	if len(w.out.buf) < readSize {
		return nil
	}
	return w.out.flush()
}

func (w *Writer) value(v []byte) {
	if len(v) > 0 && !bytes.ContainsAny(v, "\",\n\r") {
		w.out.buf = append(w.out.buf, v...)
		return
	}
	w.out.buf = append(w.out.buf, '"')
	w.out.buf = append(w.out.buf, bytes.ReplaceAll(v, []byte(`"`), []byte(`""`))...)
	w.out.buf = append(w.out.buf, '"')
}

// Reject counts a record that is left out.
func (w *Writer) Reject(row BadRow) {
	w.report.BadCount++
	if len(w.report.Bad) < MaxBadRows {
		row.Raw = nil
		w.report.Bad = append(w.report.Bad, row)
	}
}

// Close writes what is left and gives the report.
func (w *Writer) Close() (*Report, error) {
	return w.report, w.out.flush()
}
