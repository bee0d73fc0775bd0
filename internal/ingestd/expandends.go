package ingestd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// junkError tells of bytes behind the end of a compressed stream that begin no other.
type junkError struct{ offset int64 } // of the first, in the compressed file

func (e *junkError) Error() string {
	return fmt.Sprintf("at offset %d a stream ended and none begins", e.offset)
}

const gzipMagic = "\x1f\x8b"

// gzipMembers reads one gzip stream after the other. The decompressor by itself would say
// of what comes behind the last only that it is none.
type gzipMembers struct {
	in  *counted
	buf *bufio.Reader // the decompressor takes no more from it than the stream has
	z   *gzip.Reader
}

func newGzipMembers(in *counted) (*gzipMembers, error) {
	m := &gzipMembers{in: in, buf: bufio.NewReader(in)}
	var err error
	if m.z, err = gzip.NewReader(m.buf); err != nil {
		return nil, err
	}
	m.z.Multistream(false)
	return m, nil
}

func (m *gzipMembers) Read(p []byte) (int, error) {
	n, err := m.z.Read(p)
	if err != io.EOF {
		return n, err
	}
	next, err := m.buf.Peek(len(gzipMagic))
	switch {
	case len(next) == 0:
		return n, err // io.EOF, or what ended the reading
	case !bytes.HasPrefix([]byte(gzipMagic), next):
		return n, &junkError{m.in.n - int64(m.buf.Buffered())}
	}
	if err := m.z.Reset(m.buf); err == io.EOF {
		return n, io.ErrUnexpectedEOF
	} else if err != nil {
		return n, err
	}
	m.z.Multistream(false)
	return n, nil
}

// zstdFrames passes a zstd stream on and follows where its frames end: the decompressor
// does not tell bytes behind the last one from a frame that was cut off.
type zstdFrames struct {
	in      *bufio.Reader
	at      int64 // of the next byte, in the stream
	left    int64 // bytes to be passed on before the next header
	inFrame bool  // that header is a block's
	sum     bool  // the frame ends with a checksum
}

func newZstdFrames(in *counted) *zstdFrames {
	return &zstdFrames{in: bufio.NewReader(in)}
}

func (f *zstdFrames) Read(p []byte) (int, error) {
	for f.left == 0 {
		next := f.frame
		if f.inFrame {
			next = f.block
		}
		if err := next(); err != nil {
			return 0, err
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.at, f.left = f.at+int64(n), f.left-int64(n)
	return n, err
}

// theRest leaves it to the decompressor to say what is wrong with what comes.
func (f *zstdFrames) theRest() { f.left = math.MaxInt64 }

// frame reads a frame's header ahead.
func (f *zstdFrames) frame() error {
	head, err := f.in.Peek(zstd.HeaderMaxSize)
	var h zstd.Header
	if len(head) == 0 {
		return err
	}
	switch err := h.Decode(head); {
	case err == nil && h.Skippable:
		f.left = int64(h.HeaderSize) + int64(h.SkippableSize)
	case err == nil:
		f.left, f.inFrame, f.sum = int64(h.HeaderSize), true, h.HasCheckSum
	case f.at > 0 && (errors.Is(err, zstd.ErrMagicMismatch) || len(head) < 4 && !beginsFrame(head)):
		return &junkError{f.at}
	default:
		f.theRest()
	}
	return nil
}

// beginsFrame tells whether less than a magic number is the beginning of one.
func beginsFrame(head []byte) bool {
	return bytes.HasPrefix([]byte("\x28\xb5\x2f\xfd"), head) || head[0]&0xf0 == 0x50 && bytes.HasPrefix([]byte("\x2a\x4d\x18"), head[1:])
}

// block reads a block's header ahead.
func (f *zstdFrames) block() error {
	const header, sum, repeated = 3, 4, 1
	head, err := f.in.Peek(header)
	if err != nil {
		f.theRest()
		return nil
	}
	bits := int64(head[0]) | int64(head[1])<<8 | int64(head[2])<<16
	size := bits >> 3
	if bits>>1&3 == repeated {
		size = 1
	}
	f.left = header + size
	if last := bits&1 == 1; last {
		f.inFrame = false
		if f.sum {
			f.left += sum
		}
	}
	return nil
}
