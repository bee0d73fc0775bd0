// Package sealed puts a checksum behind every block of a stream, so that what was
// written is read back or is known to be damaged, and where.
//
// A stream begins with 16 bytes by chance. Then come blocks of up to 1 MiB: their length
// (4 bytes, little endian), their CRC32C (Castagnoli, 4 bytes), then the bytes. A block's
// checksum goes on from the one before it, the first from that of the beginning, and is
// over the length and the bytes: a block that was lost, moved, or comes of another
// stream does not fit. A block of length 0 is the end, which a stream that was cut lacks.
package sealed

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// StartBytes is how many bytes by chance a stream begins with.
const StartBytes = 16

const (
	blockBytes  = 1 << 20
	headerBytes = 8
)

// DamageError says where a stream is not what was written.
type DamageError struct {
	Block  int64 // from 0
	Reason string
}

func (e *DamageError) Error() string { return fmt.Sprintf("block %d %s", e.Block, e.Reason) }

// chain gives the checksum of a block, whose length stands before its bytes, after that
// of the one before.
func chain(before uint32, length, bytes []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Update(before, table, length), table, bytes)
}

// Writer seals what is written to it. Close ends the stream, and not what is below.
type Writer struct {
	to      io.Writer
	block   []byte // header and bytes
	sum     uint32 // of the block before
	started bool
}

// NewWriter makes a writer.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to, block: make([]byte, headerBytes, headerBytes+blockBytes)}
}

// Write puts bytes into blocks.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), cap(w.block)-len(w.block))
		w.block = append(w.block, p[:n]...)
		p, written = p[n:], written+n
		if len(w.block) == cap(w.block) {
			if err := w.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// flush writes a block, which may be the empty one.
func (w *Writer) flush() error {
	if !w.started {
		var start [StartBytes]byte
		_, _ = rand.Read(start[:]) // does not fail
		if _, err := w.to.Write(start[:]); err != nil {
			return err
		}
		w.sum, w.started = chain(0, nil, start[:]), true
	}
	bytes := w.block[headerBytes:]
	binary.LittleEndian.PutUint32(w.block, uint32(len(bytes)))
	w.sum = chain(w.sum, w.block[:4], bytes)
	binary.LittleEndian.PutUint32(w.block[4:], w.sum)
	_, err := w.to.Write(w.block)
	w.block = w.block[:headerBytes]
	return err
}

// Close writes what is left, and the end.
func (w *Writer) Close() error {
	if len(w.block) > headerBytes {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.flush()
}

// Reader gives the bytes of a stream back, each block after it was checked. It ends
// with io.EOF only where the stream was ended; its other errors are those of what is
// below, and [DamageError].
type Reader struct {
	from   io.Reader
	block  []byte
	rest   []byte // of block
	sum    uint32 // of the block before
	number int64
	start  bool // was read
	err    error
}

// NewReader makes a reader.
func NewReader(from io.Reader) *Reader { return &Reader{from: from} }

// Read gives bytes that were checked. What is in p after an error is nothing that was.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.rest) == 0 && r.err == nil {
		var n int
		if n, r.err = r.next(p); n > 0 {
			return n, nil
		}
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next reads a block: into p where it fits, and gives its length, or else into rest.
func (r *Reader) next(p []byte) (n int, err error) {
	var head [StartBytes]byte
	if !r.start {
		if err := r.fill(head[:]); err != nil {
			return 0, err
		}
		r.sum, r.start = chain(0, nil, head[:]), true
	}
	if err := r.fill(head[:headerBytes]); err != nil {
		return 0, err
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > blockBytes {
		return 0, &DamageError{r.number, fmt.Sprintf("claims %d bytes", length)}
	}
	direct := int(length) <= len(p)
	if !direct && cap(r.block) < int(length) {
		r.block = make([]byte, length)
	}
	block := r.block
	if direct {
		block = p
	}
	block = block[:length]
	if err := r.fill(block); err != nil {
		return 0, err
	}
	if r.sum = chain(r.sum, head[:4], block); r.sum != binary.LittleEndian.Uint32(head[4:]) {
		return 0, &DamageError{r.number, "does not fit its checksum"}
	}
	r.number++
	switch {
	case length == 0:
		return 0, io.EOF
	case direct:
		return int(length), nil
	}
	r.rest = block
	return 0, nil
}

// fill reads so many bytes. Only a proper end of what is below is a cut: a connection
// that broke is not.
func (r *Reader) fill(p []byte) error {
	for len(p) > 0 {
		n, err := r.from.Read(p)
		p = p[n:]
		if err == io.EOF && len(p) > 0 {
			return &DamageError{r.number, "is cut off"}
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}
