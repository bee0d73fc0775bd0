package csvread

import (
	"bytes"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvindex"
)

// span is a cell of a block: where its text is, without the enclosing quotes.
type span struct {
	start uint32
	end   uint32 // and the flags
}

// Flags of a span's end. A block has less than a GiB.
const (
	quoted   = 1 << 31 // never NULL
	escaped  = 1 << 30 // holds doubled quotes
	position = escaped - 1
)

func (s span) null() bool { return s.start == s.end }

// block is some records of a file, taken apart.
type block struct {
	buf   []byte
	marks []uint32
	cells [][]span // by column, then by record
}

// text gives the bytes of a cell.
func (b *block) text(s span) []byte {
	if s.end&escaped != 0 {
		return b.unescaped(s)
	}
	return b.buf[s.start : s.end&position]
}

func (b *block) unescaped(s span) []byte {
	return bytes.ReplaceAll(b.buf[s.start:s.end&position], []byte(`""`), []byte(`"`))
}

// split takes the block apart, leaving out the first records.
func (b *block) split(delim byte, width, skip int) error {
	b.marks, _ = csvindex.Append(b.marks[:0], b.buf, 0, len(b.buf), delim)
	b.room(width, len(b.marks)/width)
	w := walker{block: b, delim: delim}
	for w.mark < len(b.marks) {
		if (width > 1 || skip > 0) && w.blank() {
			continue
		}
		if err := w.record(); err != nil {
			return err
		}
		if skip > 0 {
			skip--
			b.room(width, 0)
		}
		w.lane()
	}
	if w.at != len(b.buf) {
		return errUnlike
	}
	return nil
}

// room empties the columns and makes room for records.
func (b *block) room(width, records int) {
	if len(b.cells) != width {
		b.cells = make([][]span, width)
	}
	for i := range b.cells {
		if b.cells[i] = b.cells[i][:0]; cap(b.cells[i]) < records {
			b.cells[i] = make([]span, 0, records)
		}
	}
}

// walker goes from mark to mark.
type walker struct {
	*block
	delim byte
	at    int // where the next cell begins
	mark  int // the next mark
}

// blank passes over a line without a byte.
func (w *walker) blank() bool {
	if p := int(w.marks[w.mark]); p != w.at || w.buf[p] != '\n' && w.buf[p] != '\r' {
		return false
	}
	w.lineEnd()
	return true
}

// record takes the cells of one record.
func (w *walker) record() error {
	last := len(w.cells) - 1
	for i := range w.cells {
		cell, err := w.cell()
		if err != nil {
			return err
		}
		w.cells[i] = append(w.cells[i], cell)
		c := w.buf[w.marks[w.mark]]
		switch {
		case i < last && c == w.delim:
			w.at = int(w.marks[w.mark]) + 1
			w.mark++
		case i == last && (c == '\n' || c == '\r'):
			w.lineEnd()
		default:
			return errUnlike
		}
	}
	return nil
}

// lane takes the records that come next and have no quote, as most do, in a loop
// that is short. It stops before what record has to look at.
func (w *walker) lane() {
	last := len(w.cells) - 1
	if last == 0 { // a line without a byte would be one
		return
	}
	for w.mark+last < len(w.marks) {
		marks := w.marks[w.mark : w.mark+last+1]
		for _, m := range marks[:last] {
			if w.buf[m] != w.delim {
				return
			}
		}
		if c := w.buf[marks[last]]; c != '\n' && c != '\r' {
			return
		}
		start := uint32(w.at)
		for i, m := range marks {
			w.cells[i] = append(w.cells[i], span{start, m})
			start = m + 1
		}
		w.mark += last
		w.lineEnd()
	}
}

// lineEnd passes over the line end at the next mark.
func (w *walker) lineEnd() {
	w.at = int(w.marks[w.mark]) + 1
	w.mark++
	if w.buf[w.at-1] == '\r' && w.mark < len(w.marks) && int(w.marks[w.mark]) == w.at && w.buf[w.at] == '\n' {
		w.at++
		w.mark++
	}
}

// cell takes one cell and leaves the mark behind it as the next.
func (w *walker) cell() (span, error) {
	if w.mark == len(w.marks) {
		return span{}, errUnlike
	}
	if end := w.marks[w.mark]; w.buf[end] != '"' {
		return span{uint32(w.at), end}, nil
	}
	if int(w.marks[w.mark]) != w.at {
		return span{}, errUnlike
	}
	s := span{start: uint32(w.at) + 1}
	for w.mark++; w.mark < len(w.marks); w.mark++ {
		p := w.marks[w.mark]
		if w.buf[p] != '"' {
			continue
		}
		if w.mark+1 == len(w.marks) {
			break
		}
		switch next := w.marks[w.mark+1]; {
		case next != p+1:
			return span{}, errUnlike
		case w.buf[next] == '"':
			s.end |= escaped
			w.mark++
		default:
			s.end |= p | quoted
			w.mark++
			return s, nil
		}
	}
	return span{}, errUnlike
}
