package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// Version is the format's. Whatever changes what is written, or what is read of what was
// written before, takes a new one.
const Version = 1

// Bounds of an object's parts. They are wider than what an index takes.
const (
	MaxIndexID   = 256     // bytes
	MaxID        = 4 << 10 // bytes
	MaxDimension = 64 << 10
	MaxMetadata  = 1 << 20   // bytes
	maxDelete    = 256 << 10 // bytes of one block's ids
)

const (
	magic      = "\x89LHVL\r\n\x1a"
	opening    = 16 // bytes before the first block
	headBytes  = 16
	headerSize = 20 // bytes of the header's payload before the index's id
	endSize    = 8
	idLength   = 2
)

// The kinds of blocks.
const (
	kindHeader = 1 + iota
	kindPut
	kindDelete
	kindSetMetadata
	kindEnd
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Index is whose changes an object holds.
type Index struct {
	ID        string // 1 to MaxIndexID bytes
	Dimension int    // numbers of a vector, 1 to MaxDimension
}

// Header says whose changes an object holds, and which.
type Header struct {
	Index
	First, Last uint64 // sequence numbers, from 1
}

func (h Header) check() error {
	switch {
	case h.ID == "" || len(h.ID) > MaxIndexID:
		return fmt.Errorf("the index's id has %d bytes; it can have 1 to %d", len(h.ID), MaxIndexID)
	case h.Dimension < 1 || h.Dimension > MaxDimension:
		return fmt.Errorf("the dimension is %d; it can be 1 to %d", h.Dimension, MaxDimension)
	case h.First < 1 || h.Last < h.First:
		return fmt.Errorf("the sequence numbers are %d to %d; they begin at 1 and do not go down", h.First, h.Last)
	}
	return nil
}

func (h Header) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.First)
	b = binary.LittleEndian.AppendUint64(b, h.Last)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.Dimension))
	return append(b, h.ID...)
}

// readHeader reads a payload that has as many bytes as a header can have.
func readHeader(payload []byte) (Header, error) {
	h := Header{First: binary.LittleEndian.Uint64(payload), Last: binary.LittleEndian.Uint64(payload[8:])}
	h.Dimension = int(binary.LittleEndian.Uint32(payload[16:]))
	h.ID = string(payload[headerSize:])
	return h, h.check()
}

// appendOpening appends what an object begins with, and gives the first chain.
func appendOpening(b []byte, version uint32) ([]byte, uint32) {
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	chain := crc32.Checksum(b[len(b)-opening+4:], castagnoli)
	return binary.LittleEndian.AppendUint32(b, chain), chain
}

// head is what stands before a payload.
type head struct {
	kind, length, sum uint32
}

// appendHead appends a head, and gives the chain after it.
func appendHead(b []byte, h head, chain uint32) ([]byte, uint32) {
	b = binary.LittleEndian.AppendUint32(b, h.kind)
	b = binary.LittleEndian.AppendUint32(b, h.length)
	b = binary.LittleEndian.AppendUint32(b, h.sum)
	chain = crc32.Update(chain, castagnoli, b[len(b)-12:])
	return binary.LittleEndian.AppendUint32(b, chain), chain
}

// readHead reads a head; after is the chain that follows a given one, ok that the head
// has it.
func readHead(b []byte, chain uint32) (h head, after uint32, ok bool) {
	h = head{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])}
	after = crc32.Update(chain, castagnoli, b[:12])
	return h, after, after == binary.LittleEndian.Uint32(b[12:])
}

// bounds of a payload of a kind, in bytes; 0 and 0 where there is no such kind.
func bounds(kind uint32, dimension int) (least, most int) {
	const id = idLength + 1
	switch kind {
	case kindHeader:
		return headerSize + 1, headerSize + MaxIndexID
	case kindPut:
		return id + 4*dimension, idLength + MaxID + 4*dimension + MaxMetadata
	case kindDelete:
		return id, maxDelete
	case kindSetMetadata:
		return id, idLength + MaxID + MaxMetadata
	case kindEnd:
		return endSize, endSize
	}
	return 0, 0
}

// cutID takes an id from the beginning of a payload.
func cutID(payload []byte) (id, rest []byte, err error) {
	if len(payload) < idLength {
		return nil, nil, fmt.Errorf("an id is missing")
	}
	n := int(binary.LittleEndian.Uint16(payload))
	if n < 1 || n > MaxID || n > len(payload)-idLength {
		return nil, nil, fmt.Errorf("an id has %d bytes, of %d that follow; it can have 1 to %d", n, len(payload)-idLength, MaxID)
	}
	return payload[idLength : idLength+n], payload[idLength+n:], nil
}

func appendID[T string | []byte](b []byte, id T) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(id)))
	return append(b, id...)
}

// cutPut takes a put apart.
func cutPut(payload []byte, dimension int) (id, vector, metadata []byte, err error) {
	id, rest, err := cutID(payload)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case len(rest) < 4*dimension:
		return nil, nil, nil, fmt.Errorf("the vector has %d bytes; it has %d", len(rest), 4*dimension)
	case len(rest)-4*dimension > MaxMetadata:
		return nil, nil, nil, metadataError(len(rest) - 4*dimension)
	}
	return id, rest[:4*dimension], rest[4*dimension:], nil
}

// cutSet takes a set metadata apart.
func cutSet(payload []byte) (id, metadata []byte, err error) {
	id, metadata, err = cutID(payload)
	if err == nil && len(metadata) > MaxMetadata {
		err = metadataError(len(metadata))
	}
	return id, metadata, err
}

func metadataError(n int) error {
	return fmt.Errorf("the metadata has %d bytes; it may have %d", n, MaxMetadata)
}

func appendVector(b []byte, vector []float32) []byte {
	for _, x := range vector {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// readVector reads as many numbers as there is room for.
func readVector(vector []float32, b []byte) {
	b = b[:4*len(vector)]
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}
