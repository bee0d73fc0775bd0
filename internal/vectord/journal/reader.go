package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Kind is what a record says.
type Kind string

// The kinds of records.
const (
	Put         Kind = "put"          // an item was put in, in place of one with that id
	Delete      Kind = "delete"       // items were taken out
	SetMetadata Kind = "set_metadata" // an item's metadata was replaced
)

// Record is a change. Vector and Metadata are the reader's own until its next one is
// asked for.
type Record struct {
	Kind     Kind
	ID       string    // of Put and SetMetadata
	IDs      []string  // of Delete, at least one
	Vector   []float32 // of Put
	Metadata []byte    // of Put and SetMetadata; nil where there was none
}

// Reader reads an object.
type Reader struct {
	in      *bufio.Reader
	from    *ending
	header  Header
	chain   uint32
	block   int64 // the next one
	offset  int64 // where it begins
	records uint64
	buffer  []byte
	vector  []float32
	err     error
}

// ending remembers that a stream came to its own end. A connection that broke may give
// io.ErrUnexpectedEOF, and that does not say that the object is cut.
type ending struct {
	io.Reader
	ended bool
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	e.ended = e.ended || err == io.EOF
	return n, err
}

// NewReader reads an object's header, which has to be that index's. Its error is an
// [Error], or one of what it reads from.
func NewReader(r io.Reader, of Index) (*Reader, error) {
	from := &ending{Reader: r}
	x := &Reader{in: bufio.NewReaderSize(from, bufferBytes), from: from}
	if err := x.open(of); err != nil {
		return nil, err
	}
	return x, nil
}

func (r *Reader) open(of Index) error {
	b := make([]byte, opening)
	if n, err := io.ReadFull(r.in, b); err != nil {
		if b = b[:min(n, len(magic))]; !strings.HasPrefix(magic, string(b)) {
			return r.fail(OtherFormat, "it does not begin as a log object does")
		}
		return r.broken(err, "its first bytes")
	}
	_, r.chain = appendOpening(nil, Version)
	version := binary.LittleEndian.Uint32(b[len(magic):])
	switch {
	case string(b[:len(magic)]) != magic:
		return r.fail(OtherFormat, "it does not begin as a log object does")
	case crc32.Checksum(b[:12], castagnoli) != binary.LittleEndian.Uint32(b[12:]):
		return r.fail(Damaged, "the checksum of its first bytes does not hold")
	case version != Version:
		return r.fail(OtherVersion, fmt.Sprintf("it is of version %d, and this release reads version %d", version, Version))
	}
	r.offset = opening
	_, payload, err := r.next()
	if err != nil {
		return err
	}
	if r.header, err = readHeader(payload); err != nil {
		return r.fail(Damaged, err.Error())
	}
	if r.header.Index != of {
		return r.fail(OtherIndex, fmt.Sprintf("it is of index %q with %d dimensions, and was looked for as %q with %d",
			r.header.ID, r.header.Dimension, of.ID, of.Dimension))
	}
	r.done(payload)
	return nil
}

// Header gives the header.
func (r *Reader) Header() Header { return r.header }

// Next gives the next record, and io.EOF after the last one of a whole object. Other
// errors are an [Error], or one of what the object is read from, and stay.
func (r *Reader) Next() (Record, error) {
	kind, payload, err := r.nextRecord()
	if err != nil {
		return Record{}, err
	}
	record, err := r.decode(kind, payload)
	if err != nil {
		return Record{}, r.fail(Damaged, err.Error())
	}
	r.done(payload)
	return record, nil
}

// nextRecord gives the next block that is a record. Whoever finds it right calls done.
func (r *Reader) nextRecord() (kind uint32, payload []byte, err error) {
	if r.err != nil {
		return 0, nil, r.err
	}
	kind, payload, err = r.next()
	if err != nil || kind != kindEnd {
		return kind, payload, err
	}
	if n := binary.LittleEndian.Uint64(payload); n != r.records {
		return 0, nil, r.fail(Damaged, fmt.Sprintf("the end counts %d records, and there were %d", n, r.records))
	}
	switch _, err := r.in.ReadByte(); {
	case err == nil:
		return 0, nil, r.fail(Damaged, "something follows the end")
	case !r.from.ended:
		return 0, nil, r.broken(err, "what follows the end")
	}
	r.err = io.EOF
	return 0, nil, io.EOF
}

// done goes on to the next block.
func (r *Reader) done(payload []byte) {
	if r.block > 0 {
		r.records++
	}
	r.block++
	r.offset += headBytes + int64(len(payload))
}

// next reads a block whose checksums hold: the header first and only there, and room is
// made for nothing that is longer than its kind can be.
func (r *Reader) next() (kind uint32, payload []byte, err error) {
	var b [headBytes]byte
	if _, err := io.ReadFull(r.in, b[:]); err != nil {
		return 0, nil, r.broken(err, "the head of a block, or the end")
	}
	h, chain, ok := readHead(b[:], r.chain)
	least, most := bounds(h.kind, r.header.Dimension)
	switch {
	case !ok:
		return 0, nil, r.fail(Damaged, "the checksum of the block's head does not hold")
	case most == 0 || (h.kind == kindHeader) != (r.block == 0):
		return 0, nil, r.fail(Damaged, fmt.Sprintf("there is no block of kind %d here", h.kind))
	case int64(h.length) < int64(least) || int64(h.length) > int64(most):
		return 0, nil, r.fail(Damaged, fmt.Sprintf("the block has %d bytes; it can have %d to %d", h.length, least, most))
	}
	if cap(r.buffer) < int(h.length) {
		r.buffer = make([]byte, min(max(int(h.length), 2*cap(r.buffer)), most))
	}
	payload = r.buffer[:h.length]
	if _, err := io.ReadFull(r.in, payload); err != nil {
		return 0, nil, r.broken(err, "the rest of the block")
	}
	if crc32.Checksum(payload, castagnoli) != h.sum {
		return 0, nil, r.fail(Damaged, "the checksum of the block does not hold")
	}
	r.chain = chain
	return h.kind, payload, nil
}

func (r *Reader) decode(kind uint32, payload []byte) (Record, error) {
	switch kind {
	case kindPut:
		id, vector, metadata, err := cutPut(payload, r.header.Dimension)
		if err != nil {
			return Record{}, err
		}
		if r.vector == nil {
			r.vector = make([]float32, r.header.Dimension)
		}
		readVector(r.vector, vector)
		return Record{Kind: Put, ID: string(id), Vector: r.vector, Metadata: orNil(metadata)}, nil
	case kindSetMetadata:
		id, metadata, err := cutSet(payload)
		return Record{Kind: SetMetadata, ID: string(id), Metadata: orNil(metadata)}, err
	}
	record := Record{Kind: Delete}
	for len(payload) > 0 {
		id, rest, err := cutID(payload)
		if err != nil {
			return Record{}, err
		}
		record.IDs, payload = append(record.IDs, string(id)), rest
	}
	return record, nil
}

func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// fail gives an error about the block that is next, from now on.
func (r *Reader) fail(fault Fault, detail string) error {
	r.err = &Error{Fault: fault, Block: r.block, Offset: r.offset, Detail: detail}
	return r.err
}

// broken gives the error of a read that got less than it asked for.
func (r *Reader) broken(err error, what string) error {
	if r.from.ended && (err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)) {
		return r.fail(Cut, "the object ends before "+what)
	}
	r.err = fmt.Errorf("journal: reading block %d at byte %d: %w", r.block, r.offset, err)
	return r.err
}
