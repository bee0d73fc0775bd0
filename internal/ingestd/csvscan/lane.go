package csvscan

import (
	"bytes"
	"unicode/utf8"
)

// lane is a run of ordinary records. An ordinary record is well formed, as wide
// as the file, has no quote, and ends in \n or \r\n. Most files hold hardly any
// others, so they are taken many at a time, column by column, without being cut
// into fields first.
//
// Field i of record r lies between marks[r*stride+i] and marks[r*stride+i+1]:
// the first mark is the line end before the run.
type lane struct {
	buf     []byte
	marks   []uint32
	width   int // fields of a record
	stride  int // marks of a record: one more than fields where it ends in \r\n
	records int
	line    int64 // of the first record
}

// takeLane takes the ordinary records that come next, if any do. What it leaves
// is for next and take, which would have taken those to the same effect.
func (sc *scanner) takeLane() {
	if len(sc.names) < 2 { // a single column's blank lines are records
		return
	}
	l := sc.s.lane(len(sc.names))
	if l.records == 0 {
		return
	}
	for i := range sc.res.plan {
		sc.res.plan[i].observeLane(&l, i)
	}
	sc.res.Records += int64(l.records)
	sc.s.pass(&l)
}

// lane finds the ordinary records that come next within the indexed part.
func (s *splitter) lane(width int) lane {
	if s.mark == 0 || int(s.marks[s.mark-1])+1 != s.start {
		return lane{}
	}
	l := lane{buf: s.buf, marks: s.marks[s.mark-1:], width: width, stride: width, line: s.line}
	if len(l.marks) > width && s.buf[l.marks[width]] == '\r' {
		l.stride++
	}
	for at := 0; at+l.stride < len(l.marks); at += l.stride {
		if !s.ordinary(l.marks[at:at+l.stride+1], width) {
			break
		}
		l.records++
	}
	return l
}

// ordinary checks the marks of one record, behind that of the line end before it.
func (s *splitter) ordinary(marks []uint32, width int) bool {
	for _, m := range marks[1:width] {
		if s.buf[m] != s.delim {
			return false
		}
	}
	end, last := marks[width], marks[len(marks)-1]
	if s.buf[last] != '\n' || last != end && (s.buf[end] != '\r' || last != end+1) {
		return false
	}
	raw := s.buf[marks[0]+1 : end]
	return len(raw) <= s.maxRecord && (s.plain || bytes.IndexByte(raw, 0) < 0 && utf8.Valid(raw))
}

// pass moves behind the records of a lane.
func (s *splitter) pass(l *lane) {
	s.mark += l.records * l.stride
	s.start = int(s.marks[s.mark-1]) + 1
	s.line += int64(l.records)
	s.ends[l.stride-l.width] += int64(l.records)
}

// field gives field i of record r.
func (l *lane) field(r, i int) []byte {
	at := r*l.stride + i
	return l.buf[l.marks[at]+1 : l.marks[at+1]]
}

// observeLane takes field i of every record of a lane.
func (c *column) observeLane(l *lane, i int) {
	if c.opaque {
		nulls := l.nulls(i)
		c.nulls += nulls
		c.n[text] += int64(l.records) - nulls
		return
	}
	for r := range l.records {
		b := l.field(r, i)
		switch {
		case len(b) == 0:
			c.nulls++
		case c.opaque: // since this lane
			c.n[text]++
		case !c.observeLikely(b):
			c.observeClosely(b, l.line+int64(r))
		}
	}
}

// nulls counts the NULLs of field i.
func (l *lane) nulls(i int) int64 {
	var n int64
	for r := range l.records {
		if at := r*l.stride + i; l.marks[at]+1 == l.marks[at+1] {
			n++
		}
	}
	return n
}
