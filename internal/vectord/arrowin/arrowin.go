// Package arrowin reads streams of Arrow IPC that come from strangers.
//
// The reader of the Arrow library believes what a stream says of its own lengths: it
// makes room for it, and panics, or ends the process, where that cannot be. So this
// package promises of any bytes whatsoever that they are read or refused with an error,
// within a bounded amount of memory: the counts in the schema are held against its bytes
// before the library sees them, what is allocated is bounded, and panics become errors.
// It takes flat columns and lists of them, and no unions, dictionaries or nested columns.
package arrowin

import (
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// The media types of a stream, and of a file, which is refused.
const (
	Media     = "application/vnd.apache.arrow.stream"
	FileMedia = "application/vnd.apache.arrow.file"
)

// FormatError says why bytes are no stream that can be read.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string {
	return "the body cannot be read as a stream of Arrow IPC: " + e.Reason
}

// Read gives the record batches of a stream, one after the other, to a function that
// must not keep them, if their memory may as long as the allocator lets it; an error of its
// ends the reading, and so does a panic: the library looks at the bytes of a column when
// somebody asks for its values. All together may take so many bytes of memory, unpacked. Its own errors
// are a [FormatError] and those of the stream.
func Read(stream io.Reader, from memory.Allocator, most int, yield func(arrow.RecordBatch) error) (err error) {
	in := &source{Reader: stream}
	defer func() {
		if p := recover(); p != nil {
			err = in.because(fmt.Errorf("%v", p))
		}
	}()
	messages := newFramed(in, most)
	defer func() {
		if messages.failed != nil && in.failed == nil { // the library words it otherwise
			err = &FormatError{messages.failed.Error()}
		}
	}()
	reader, err := ipc.NewReader(messages, ipc.WithAllocator(&bounded{from, most}))
	if err != nil {
		return in.because(err)
	}
	defer reader.Release()
	for reader.Next() {
		if err := yield(reader.RecordBatch()); err != nil {
			return err
		}
	}
	if err := reader.Err(); err != nil && !errors.Is(err, io.EOF) {
		return in.because(err)
	}
	return nil
}

// source remembers why a stream ended, whatever the library makes of it.
type source struct {
	io.Reader
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// because gives the error of the stream itself, where there is one, or else what is wrong
// with its bytes.
func (s *source) because(err error) error {
	if s.failed != nil {
		return s.failed
	}
	return &FormatError{err.Error()}
}

// bounded allocates so much and no more.
type bounded struct {
	memory.Allocator
	left int
}

// Allocate panics where more is asked for than is left.
func (b *bounded) Allocate(size int) []byte {
	b.take(size)
	return b.Allocator.Allocate(size)
}

// Reallocate counts what is asked for, and not what is given back.
func (b *bounded) Reallocate(size int, old []byte) []byte {
	b.take(size)
	return b.Allocator.Reallocate(size, old)
}

func (b *bounded) take(size int) {
	if size < 0 || size > b.left {
		panic("it takes more memory than one request may; send fewer rows")
	}
	b.left -= size
}
