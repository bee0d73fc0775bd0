package csvscan

import (
	"context"
	"io"
)

const (
	readSize  = 128 << 10 // least room offered to the reader
	indexSize = 32 << 10  // bytes indexed at a time, so that marks stay in cache
)

// A field is a cell of the current record: offsets from the record's start,
// without the enclosing quotes.
type field struct {
	start, end uint32
	quoted     bool
	escaped    bool // holds doubled quotes
}

// A fault is what makes a record malformed.
type fault uint8

const (
	noFault fault = iota
	strayQuote
	textAfterQuote
	unclosedQuote
	tooLong
)

// record is what splitter.next found. Its slices are valid until the next call.
type record struct {
	line, lines int64
	raw         []byte // without the line end; nil when over
	fields      []field
	width       int   // number of fields; more than len(fields) beyond the limit
	size        int64 // bytes, without the line end
	over        bool  // size is over the limit
	fault       fault
	faultField  int   // where the first fault is
	faultLine   int64 // physical line of the first fault
	suspect     bool  // may hold NUL or bytes beyond ASCII
}

// blank reports a line without a byte.
func (r *record) blank() bool { return r.size == 0 && r.width == 1 }

// value returns a field's bytes, doubled quotes still doubled.
func (r *record) value(f field) []byte { return r.raw[f.start:f.end] }

// A splitter cuts a stream into records by the package's grammar. It holds one
// record and a read block in memory, and never more than the record limit and
// two blocks.
type splitter struct {
	ctx       context.Context
	r         io.Reader
	delim     byte
	maxRecord int
	maxFields int

	buf     []byte
	start   int      // where the current record starts in buf
	end     int      // buf[:end] is read
	indexed int      // buf[:indexed] is indexed
	marks   []uint32 // special bytes of the part indexed last
	mark    int      // the next of them
	plain   bool     // that part is ASCII without NUL
	eof     bool
	err     error

	line   int64 // current physical line
	gone   int64 // bytes of the current record already let go
	shift  int   // how far the last call of more moved the record's start
	rec    record
	ends   [3]int64 // line ends of records: \n, \r\n, \r
	quotes bool
}

func newSplitter(ctx context.Context, in opened, delim byte, o *Options) *splitter {
	s := &splitter{ctx: ctx, r: in.r, delim: delim, maxRecord: o.MaxRecord, maxFields: o.MaxColumns + 1,
		buf: make([]byte, 2*readSize), line: 1, plain: true}
	if in.mark != 0 {
		s.line++
	}
	return s
}

// next reads the next record into s.rec, blank lines included. It returns
// false at the end of the input or on an error, which s.err then holds.
func (s *splitter) next() bool {
	rec := &s.rec
	*rec = record{line: s.line, fields: rec.fields[:0], suspect: !s.plain}
	s.gone = 0
	from := 0 // the current field's start
	quoted, escaped := false, false
	for {
		if s.mark == len(s.marks) {
			if !s.more() {
				return s.finish(from, quoted, escaped)
			}
			from -= s.shift
			rec.suspect = rec.suspect || !s.plain
			continue
		}
		p := int(s.marks[s.mark])
		s.mark++
		switch c := s.buf[p]; {
		case c == '"':
			if p-s.start != from {
				s.fail(strayQuote)
				continue
			}
			var closing int
			closing, escaped = s.quoted()
			from -= s.shift
			if closing < 0 {
				s.fail(unclosedQuote)
				return s.finish(from, false, false)
			}
			quoted = s.afterQuote(closing)
		case c == s.delim:
			s.add(from, p-s.start, quoted, escaped)
			from = p + 1 - s.start
			quoted, escaped = false, false
		default:
			s.add(from, p-s.start, quoted, escaped)
			s.close(p)
			s.start = p + s.lineEnd(p)
			return true
		}
	}
}

// add takes the field that ends before end.
func (s *splitter) add(start, end int, quoted, escaped bool) {
	rec := &s.rec
	rec.width++
	if rec.width > s.maxFields || start < 0 {
		return
	}
	if quoted {
		start, end = start+1, end-1
	}
	rec.fields = append(rec.fields, field{uint32(start), uint32(end), quoted, escaped && quoted})
}

// close completes the record that ends before buf[p].
func (s *splitter) close(p int) {
	rec := &s.rec
	rec.size = s.gone + int64(p-s.start)
	rec.lines = s.line - rec.line + 1
	if rec.over = rec.size > int64(s.maxRecord); rec.over {
		rec.fields = rec.fields[:0]
		s.fail(tooLong)
		return
	}
	rec.raw = s.buf[s.start:p]
}

// lineEnd counts the line end at p and returns its length.
func (s *splitter) lineEnd(p int) int {
	s.line++
	if s.buf[p] == '\n' {
		s.ends[0]++
		return 1
	}
	if p+1 < s.end && s.buf[p+1] == '\n' {
		s.skip()
		s.ends[1]++
		return 2
	}
	s.ends[2]++
	return 1
}

// finish completes the last record, which the end of the input ends.
func (s *splitter) finish(from int, quoted, escaped bool) bool {
	if s.err != nil || s.start == s.end && s.gone == 0 {
		return false
	}
	s.add(from, s.end-s.start, quoted, escaped)
	s.close(s.end)
	if last := s.buf[s.end-1]; s.rec.fault == unclosedQuote && (last == '\n' || last == '\r') {
		s.rec.lines-- // no line follows the last one's end
	}
	s.start = s.end
	return true
}

// quoted moves to the closing quote of a quoted field and returns where it is
// in buf, or -1 when the input ends first, and whether doubled quotes came
// before it. s.shift tells how far the record's start has moved meanwhile.
func (s *splitter) quoted() (closing int, escaped bool) {
	s.quotes = true
	opened, moved := s.line, 0
	for {
		if s.mark == len(s.marks) {
			ok := s.more()
			moved += s.shift
			if !ok {
				s.shift, s.rec.faultLine = moved, opened
				return -1, escaped
			}
			s.rec.suspect = s.rec.suspect || !s.plain
			continue
		}
		p := int(s.marks[s.mark])
		s.mark++
		switch s.buf[p] {
		case '"':
			if p+1 == s.end || s.buf[p+1] != '"' {
				s.shift = moved
				return p, escaped
			}
			s.skip()
			escaped = true
		case '\n':
			s.line++
		case '\r':
			if p+1 == s.end || s.buf[p+1] != '\n' {
				s.line++
			}
		}
	}
}

// afterQuote reports that a delimiter, a line end or the end of the input
// follows the closing quote at p; anything else is a fault.
func (s *splitter) afterQuote(p int) bool {
	if p+1 == s.end {
		return true
	}
	if c := s.buf[p+1]; c == s.delim || c == '\n' || c == '\r' {
		return true
	}
	s.fail(textAfterQuote)
	return false
}

// skip passes over the special byte after the one just taken.
func (s *splitter) skip() {
	if s.mark < len(s.marks) {
		s.mark++
	} else {
		s.indexed++
	}
}

// fail notes the record's first fault.
func (s *splitter) fail(f fault) {
	rec := &s.rec
	if rec.fault == noFault {
		rec.fault, rec.faultField = f, rec.width
		if f != unclosedQuote {
			rec.faultLine = s.line
		}
	}
}
