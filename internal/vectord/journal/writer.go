package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// bufferBytes is what a Writer and a Reader hold of a stream, and a Writer a block more.
const bufferBytes = 64 << 10

// Writer writes an object. Only Close makes it whole: what was not closed is a cut one.
// After an error of the underlying writer every call gives that error; a record that is
// refused leaves the object as it was.
type Writer struct {
	out     io.Writer
	header  Header
	chain   uint32
	records uint64
	pending []byte // whole blocks that are not written yet
	closed  bool
	err     error
}

// NewWriter begins an object. It does not close what it writes to.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	x := &Writer{out: w, header: h}
	x.pending, x.chain = appendOpening(nil, Version)
	return x, x.block(kindHeader, h.append(x.begin()))
}

// Put writes that an item was put in, in place of one with that id. It keeps nothing of
// what it is given.
func (w *Writer) Put(id string, vector []float32, metadata []byte) error {
	if len(vector) != w.header.Dimension {
		return fmt.Errorf("journal: the vector of %q has %d numbers; the index has %d", id, len(vector), w.header.Dimension)
	}
	if err := checkItem(id, metadata); err != nil {
		return err
	}
	b := appendVector(appendID(w.begin(), id), vector)
	return w.record(kindPut, append(b, metadata...))
}

// SetMetadata writes that an item's metadata was replaced.
func (w *Writer) SetMetadata(id string, metadata []byte) error {
	if err := checkItem(id, metadata); err != nil {
		return err
	}
	return w.record(kindSetMetadata, append(appendID(w.begin(), id), metadata...))
}

// Delete writes that items were taken out: no record where there are no ids, and several
// where the ids are many.
func (w *Writer) Delete(ids []string) error {
	for _, id := range ids {
		if err := checkItem(id, nil); err != nil {
			return err
		}
	}
	return deleteIDs(w, ids)
}

// deleteIDs fills blocks with ids that are right.
func deleteIDs[T string | []byte](w *Writer, ids []T) error {
	for len(ids) > 0 {
		n, size := 0, 0
		for n < len(ids) && size+idLength+len(ids[n]) <= maxDelete {
			size += idLength + len(ids[n])
			n++
		}
		b := w.begin()
		for _, id := range ids[:n] {
			b = appendID(b, id)
		}
		if err := w.record(kindDelete, b); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return w.err
}

func checkItem(id string, metadata []byte) error {
	if id == "" || len(id) > MaxID {
		return fmt.Errorf("journal: an id has %d bytes; it can have 1 to %d", len(id), MaxID)
	}
	if len(metadata) > MaxMetadata {
		return fmt.Errorf("journal: of %q %w", id, metadataError(len(metadata)))
	}
	return nil
}

// Close writes the end. Without it, or where it fails, the object is a cut one.
func (w *Writer) Close() error {
	if w.closed || w.err != nil {
		return w.err
	}
	w.closed = true
	if err := w.block(kindEnd, binary.LittleEndian.AppendUint64(w.begin(), w.records)); err != nil {
		return err
	}
	return w.flush()
}

// record writes a block that counts.
func (w *Writer) record(kind uint32, b []byte) error {
	if w.closed && w.err == nil {
		return fmt.Errorf("journal: the object is closed; begin another one")
	}
	if err := w.block(kind, b); err != nil {
		return err
	}
	w.records++
	return nil
}

// begin gives what is pending with room for a head behind it. The block's payload is
// appended there, and only block makes it pending too.
func (w *Writer) begin() []byte {
	return append(w.pending, make([]byte, headBytes)...)
}

// block takes what begin gave with a payload behind it.
func (w *Writer) block(kind uint32, b []byte) error {
	if w.err != nil {
		return w.err
	}
	at := len(w.pending)
	payload := b[at+headBytes:]
	h := head{kind, uint32(len(payload)), crc32.Checksum(payload, castagnoli)}
	_, w.chain = appendHead(b[:at], h, w.chain)
	if w.pending = b; len(b) < bufferBytes {
		return nil
	}
	return w.flush()
}

func (w *Writer) flush() error {
	_, w.err = w.out.Write(w.pending)
	w.pending = w.pending[:0]
	return w.err
}
