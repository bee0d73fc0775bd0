package csvscan

import (
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvindex"
)

// more indexes the next part of the input, reading when it has to. It is
// called when every mark is used. It keeps one byte back until the end of the
// input is known, so that the byte after a mark can always be looked at.
// s.shift tells by how much offsets from the record's start have shrunk.
func (s *splitter) more() bool {
	s.shift = 0
	for {
		limit := s.end - 1
		if s.eof {
			limit = s.end
		}
		if s.indexed < limit {
			limit = min(limit, s.indexed+indexSize)
			s.marks, s.plain = csvindex.Append(s.marks[:0], s.buf, s.indexed, limit, s.delim)
			s.mark, s.indexed = 0, limit
			return true
		}
		if s.eof {
			return false
		}
		s.fill()
	}
}

// fill reads at least one byte, or notes the end of the input.
func (s *splitter) fill() {
	if err := s.ctx.Err(); err != nil {
		s.err, s.eof = err, true
		return
	}
	s.room()
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
			return
		}
		if n > 0 {
			return
		}
	}
	s.err, s.eof = io.ErrNoProgress, true
}

// room makes space for a read. Bytes before the current record go; so does
// what is indexed of a record that is over the limit already.
func (s *splitter) room() {
	if len(s.buf)-s.end >= readSize {
		return
	}
	if s.indexed-s.start > s.maxRecord {
		s.shift += s.indexed - s.start
		s.gone += int64(s.indexed - s.start)
		s.start = s.indexed
		s.rec.fields = s.rec.fields[:0]
	}
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.end -= s.start
		s.indexed -= s.start
		s.start = 0
	}
	if len(s.buf)-s.end < readSize {
		grown := make([]byte, max(2*len(s.buf), s.end+readSize))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
}
