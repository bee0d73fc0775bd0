package duck

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// ResultColumn is a column of a result.
type ResultColumn struct {
	Name string `json:"name"`
	// Type is DuckDB's name of the type, also where the values go as text:
	// BIGINT, DECIMAL(18,2), HUGEINT, STRUCT(a INTEGER).
	Type string `json:"type"`
}

// Stream is a running result. Read it with Next, or copy it with WriteTo. It is
// not safe for concurrent use.
type Stream struct {
	session *Session
	ctx     context.Context
	watch   *watch
	columns []ResultColumn
	reader  *ipc.Reader

	left int    // bytes left of the data frame being read
	end  error  // io.EOF after the whole result, or what it failed with
	done runEnd // once end is io.EOF
}

// Columns are the result's columns.
func (s *Stream) Columns() []ResultColumn { return s.columns }

// Schema is the Arrow schema of the batches. It waits for the first batch.
func (s *Stream) Schema() (*arrow.Schema, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	return s.reader.Schema(), nil
}

// Next gives the next batch, valid until the next call, or io.EOF at the end of
// the whole result.
func (s *Stream) Next() (arrow.RecordBatch, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	if s.reader.Next() {
		return s.reader.RecordBatch(), nil
	}
	if err := s.reader.Err(); err != nil && s.end == nil {
		s.finish(s.session.note(s.ctx, s.session.process.confused(err.Error())))
	}
	return nil, s.drain()
}

// WriteTo copies the result as an Arrow IPC stream to w, without decoding it.
// After an error what was written lacks the end of an IPC stream.
func (s *Stream) WriteTo(w io.Writer) (int64, error) {
	n, err := io.Copy(w, (*body)(s))
	if err == nil && s.end != io.EOF {
		err = s.end
	}
	return n, err
}

// Truncated reports whether Request.Limit cut the result. It is known at the end.
func (s *Stream) Truncated() bool { return s.done.Truncated }

// Close ends the statement, if it still runs, and frees its worker for the
// session's end.
func (s *Stream) Close() {
	if s.reader != nil {
		s.reader.Release()
		s.reader = nil
	}
	if s.end != nil {
		return
	}
	process := s.session.process // which the session may have given up by the time that it is killed
	process.interrupt(process.calls)
	late := failure(context.Canceled, "the statement did not stop when it was left")
	kill := time.AfterFunc(interruptGrace, func() { process.kill(late) })
	s.drain()
	if !kill.Stop() {
		s.session.err = late
	}
	s.end = errStreamClosed
}

// open starts to decode.
func (s *Stream) open() (err error) {
	if s.reader != nil {
		return nil
	}
	if s.end != nil {
		return s.end
	}
	if s.reader, err = ipc.NewReader((*body)(s), ipc.WithAllocator(&recycler{})); err == nil {
		return nil
	}
	if s.end == nil || s.end == io.EOF {
		s.end = s.session.note(s.ctx, s.session.process.confused(err.Error()))
	}
	return s.end
}

// drain reads to the end and answers how it ended.
func (s *Stream) drain() error {
	if s.end == nil {
		io.Copy(io.Discard, (*body)(s))
	}
	return s.end
}

func (s *Stream) finish(err error) error {
	if s.end == nil {
		s.end = err
		s.watch.stop()
	}
	return s.end
}

// body is the stream's bytes: the payload of its data frames.
type body Stream

// Read reads the IPC bytes. The frame after them decides between io.EOF and the
// error of the statement.
func (b *body) Read(p []byte) (int, error) {
	s := (*Stream)(b)
	for s.left == 0 {
		if s.end != nil {
			return 0, s.end
		}
		if err := s.nextFrame(); err != nil {
			return 0, s.finish(err)
		}
	}
	n, err := s.session.process.in.r.Read(p[:min(len(p), s.left)])
	s.left -= n
	if err != nil {
		return n, s.finish(s.session.note(s.ctx, s.session.process.death()))
	}
	return n, nil
}

// nextFrame reads the next frame's head; for the last frame it answers how the
// result ended.
func (s *Stream) nextFrame() error {
	p := s.session.process
	kind, size, err := p.in.next()
	if err != nil {
		return s.session.note(s.ctx, p.death())
	}
	if kind == frameData {
		s.left = size
		return nil
	}
	payload, err := p.in.payload(size)
	switch {
	case err != nil:
		err = p.death()
	case kind == frameFailed:
		err = p.failure(payload)
	case kind != frameEnd:
		err = p.confused("a frame that is no data")
	case json.Unmarshal(payload, &s.done) != nil:
		err = p.confused("the end cannot be read")
	default:
		return io.EOF
	}
	return s.session.note(s.ctx, err)
}

var errStreamClosed = errors.New("the stream is closed")
