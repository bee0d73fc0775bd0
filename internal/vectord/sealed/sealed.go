// Package sealed puts a checksum behind every block of a stream, so that what was
// written is read back or is known to be damaged, and where.
//
// A stream is blocks of up to 1 MiB: their length (4 bytes, little endian), their CRC32C
// (Castagnoli, 4 bytes, over the length, the block's number and its bytes), then the
// bytes. A block of length 0 ends it: a stream that was cut has none, and blocks that
// were exchanged do not fit their numbers.
package sealed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

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

// sum is the checksum of a block.
func sum(number int64, bytes []byte) uint32 {
	var head [12]byte
	binary.LittleEndian.PutUint32(head[:], uint32(len(bytes)))
	binary.LittleEndian.PutUint64(head[4:], uint64(number))
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(head[:], table), table, bytes)
}

// Writer seals what is written to it. Close ends the stream, and not what is below.
type Writer struct {
	to     io.Writer
	block  []byte // header and bytes
	number int64
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
	bytes := w.block[headerBytes:]
	binary.LittleEndian.PutUint32(w.block, uint32(len(bytes)))
	binary.LittleEndian.PutUint32(w.block[4:], sum(w.number, bytes))
	w.number++
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
	number int64
	err    error
}

// NewReader makes a reader.
func NewReader(from io.Reader) *Reader { return &Reader{from: from} }

// Read gives bytes that were checked.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		r.err = r.next()
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next reads a block.
func (r *Reader) next() error {
	var head [headerBytes]byte
	if err := r.fill(head[:]); err != nil {
		return err
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > blockBytes {
		return &DamageError{r.number, fmt.Sprintf("claims %d bytes", length)}
	}
	if cap(r.block) < int(length) {
		r.block = make([]byte, length)
	}
	block := r.block[:length]
	if err := r.fill(block); err != nil {
		return err
	}
	if sum(r.number, block) != binary.LittleEndian.Uint32(head[4:]) {
		return &DamageError{r.number, "does not fit its checksum"}
	}
	r.number++
	if length == 0 {
		return io.EOF
	}
	r.rest = block
	return nil
}

func (r *Reader) fill(p []byte) error {
	_, err := io.ReadFull(r.from, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &DamageError{r.number, "is cut off"}
	}
	return err
}
