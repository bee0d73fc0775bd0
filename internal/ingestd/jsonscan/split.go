package jsonscan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// layout is how records stand in a file.
type layout uint8

const (
	unknown layout = iota
	array
	lines
	stream
)

// splitter gives the records of a file, one after the other, with their lines.
type splitter struct {
	layout layout
	in     *bufio.Reader
	ctx    context.Context
	line   int64 // of the record
	rows   int64 // physical lines that it spans
	buf    []byte
	ahead  []byte // the first line of a stream, which was read already

	dec     *jsontext.Decoder // of arrays and streams
	guard   *guard
	started bool
}

// newSplitter looks at the beginning of a file; known is the layout it was found
// to have before.
func newSplitter(ctx context.Context, r io.Reader, known layout) *splitter {
	in := bufio.NewReaderSize(r, 128<<10)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		_, _ = in.Discard(3)
	}
	return &splitter{in: in, ctx: ctx, layout: known, line: 1}
}

// next gives the next record, or io.EOF. Its bytes are valid until the next call.
// Any other error ends the file; it matches ErrSyntax where it is the file's own.
func (s *splitter) next() ([]byte, error) {
	if s.layout == unknown || s.layout == stream && s.dec == nil || s.layout == array && s.dec == nil {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	if s.layout == lines {
		return s.nextLine()
	}
	return s.nextValue()
}

// begin finds the layout out, and passes over what comes before the records.
func (s *splitter) begin() error {
	for {
		b, err := s.in.ReadByte()
		switch {
		case err != nil:
			return err
		case b == '\n':
			s.line++
			continue
		case b == ' ', b == '\t', b == '\r':
			continue
		}
		if err := s.in.UnreadByte(); err != nil {
			return err
		}
		if s.layout == unknown && b == '[' {
			s.layout = array
		}
		break
	}
	if s.layout == unknown {
		first, err := s.readLine()
		if err != nil && err != io.EOF {
			return err
		}
		s.ahead, s.layout = bytes.Clone(first), lines
		if err == nil && unfinished(first) {
			s.layout = stream
		}
	}
	if s.layout != lines {
		s.guard = &guard{r: io.MultiReader(bytes.NewReader(s.ahead), s.in), line: s.line}
		s.dec = jsontext.NewDecoder(s.guard, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	}
	return nil
}

// unfinished tells a first line that more of its value has to follow.
func unfinished(line []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(line), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return errors.Is(dec.SkipValue(), io.ErrUnexpectedEOF)
}

// readLine reads a line with its end. What is over the bound is read and left out.
func (s *splitter) readLine() ([]byte, error) {
	s.buf = s.buf[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		if len(s.buf) <= MaxRecord {
			s.buf = append(s.buf, part...)
		}
		if err != bufio.ErrBufferFull {
			if len(s.buf) == 0 {
				return nil, err
			}
			return s.buf, nil
		}
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func (s *splitter) nextLine() ([]byte, error) {
	for {
		if s.started {
			s.line++
		}
		s.started = true
		line, err := s.ahead, error(nil)
		if s.ahead = nil; line == nil {
			if line, err = s.readLine(); err != nil {
				return nil, err
			}
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			s.rows = 1
			return line, nil
		}
	}
}

// nextValue reads the next value of an array or a stream.
func (s *splitter) nextValue() ([]byte, error) {
	if s.layout == array && !s.started {
		if _, err := s.dec.ReadToken(); err != nil {
			return nil, s.broken(err)
		}
	}
	s.started = true
	s.guard.since = 0
	if s.layout == array && s.dec.StackDepth() == 1 && s.dec.PeekKind() == ']' {
		if _, err := s.dec.ReadToken(); err != nil {
			return nil, s.broken(err)
		}
		_, err := s.dec.ReadToken()
		if err == nil {
			err = errors.New("something follows the array")
		}
		if err != io.EOF {
			return nil, s.broken(err)
		}
		return nil, io.EOF
	}
	v, err := s.dec.ReadValue()
	if err == io.EOF && s.layout == stream {
		return nil, io.EOF
	}
	if err != nil {
		return nil, s.broken(err)
	}
	end := s.dec.InputOffset()
	s.line = s.guard.lineAt(end - int64(len(v)))
	s.rows = 1 + int64(bytes.Count(v, []byte("\n")))
	return v, nil
}

// broken places an error of the decoder.
func (s *splitter) broken(err error) error {
	if s.guard.failed != nil {
		return s.guard.failed
	}
	at := s.dec.InputOffset()
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at = syntax.ByteOffset
	}
	return fmt.Errorf("%w: on line %d: %v", ErrSyntax, s.guard.lineAt(at), reasonOf(err))
}

// guard bounds how much one record may take, and knows the lines of what is read.
type guard struct {
	r       io.Reader
	since   int64  // bytes read since the record began
	offset  int64  // that was asked for last
	line    int64  // at offset
	pending []byte // what was read behind offset
	failed  error  // of the reader, or the bound's
}

func (g *guard) Read(p []byte) (int, error) {
	if g.since > MaxRecord {
		g.failed = fmt.Errorf("%w: the record that begins behind line %d is over %d bytes", ErrSyntax, g.line, MaxRecord)
		return 0, g.failed
	}
	n, err := g.r.Read(p[:min(len(p), 64<<10)])
	g.pending = append(g.pending, p[:n]...)
	g.since += int64(n)
	if err != nil && err != io.EOF {
		g.failed = err
	}
	return n, err
}

// lineAt gives the line of an offset that is not before the last one.
func (g *guard) lineAt(offset int64) int64 {
	n := min(max(0, offset-g.offset), int64(len(g.pending)))
	g.line += int64(bytes.Count(g.pending[:n], []byte("\n")))
	g.pending, g.offset = g.pending[n:], g.offset+n
	return g.line
}
