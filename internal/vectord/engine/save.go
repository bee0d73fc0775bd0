package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A saved index is a sealed stream: the graph as package hnsw saves it, the number of
// items, then for each its slot, its id and its metadata, the latter two behind their
// lengths; numbers are 4 bytes, little endian.

// Save writes the index as it is when it is called. Searches and changes go on
// meanwhile; these are in or not, and made again they do no harm. taken, which may be
// nil, is called once, before anything is written: changes that were applied by then are
// in. Changes wait for it, and it must not call the index.
func (x *Index) Save(to io.Writer, taken func()) error {
	w := sealed.NewWriter(to)
	out := bufio.NewWriterSize(w, 64<<10)
	var ids []string
	var slots []uint32
	x.writes.Lock() // until the graph has been taken as well
	x.bury()
	err := x.graph.Save(w, func() {
		ids, slots = x.names.all()
		if taken != nil {
			taken()
		}
		x.writes.Unlock()
	})
	if err != nil {
		return err
	}
	if err := write32(out, len(ids)); err != nil {
		return err
	}
	for i, id := range ids {
		raw := x.meta.Get(slots[i]) // by now it may be another item's, or nobody's
		err := errors.Join(write32(out, int(slots[i])), write32(out, len(id)), write32(out, len(raw)))
		if err == nil {
			_, err = out.WriteString(id)
		}
		if err == nil {
			_, err = out.Write(raw)
		}
		if err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return w.Close()
}

func write32(w io.Writer, n int) error {
	return binary.Write(w, binary.LittleEndian, uint32(n))
}

// Load fills an empty index with one that was saved with the same configuration, where
// max_items, seed, ef_construction and the text fields may differ. Its errors are a [sealed.DamageError]
// where the bytes are not those that were written, a [hnsw.SavedError] where they are
// another index's, and those of reading. After an error the index can only be closed.
func (x *Index) Load(from io.Reader) error {
	x.writes.Lock()
	defer x.changed()
	in := bufio.NewReaderSize(sealed.NewReader(from), 64<<10)
	if err := x.graph.Load(in); err != nil {
		return err
	}
	count, err := read32(in)
	if err != nil {
		return err
	}
	named := make(map[uint32]bool)
	for range count {
		slot, id, object, err := readItem(in)
		if err != nil {
			return err
		}
		if !x.graph.Alive(slot) || named[slot] {
			return &hnsw.SavedError{Reason: fmt.Sprintf("has no slot %d for the item %q", slot, id)}
		}
		named[slot] = true
		x.names.name(slot, id)
		x.describe(slot, object)
		if _, had := x.names.lead(slot); had {
			return &hnsw.SavedError{Reason: fmt.Sprintf("has the item %q twice", id)}
		}
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return errors.Join(&hnsw.SavedError{Reason: "goes on behind its end"}, err)
	}
	x.graph.DeleteBut(named)
	return nil
}

func read32(r io.Reader) (uint32, error) {
	var n [4]byte
	_, err := io.ReadFull(r, n[:])
	return binary.LittleEndian.Uint32(n[:]), err
}

// readItem reads an item; its lengths are held against what an item may have before
// there is room made for it.
func readItem(r io.Reader) (slot uint32, id string, object metadata.Object, err error) {
	var head [3]uint32
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil {
		return 0, "", object, err
	}
	if head[1] == 0 || head[1] > MaxID || head[2] > metadata.MaxBytes {
		return 0, "", object, &hnsw.SavedError{Reason: "has an item that is too large"}
	}
	text := make([]byte, head[1]+head[2])
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, "", object, err
	}
	id = string(text[:head[1]])
	if !utf8.ValidString(id) {
		return 0, "", object, &hnsw.SavedError{Reason: "has an id that is not UTF-8"}
	}
	object, err = metadata.Read(text[head[1]:])
	return head[0], id, object, err
}
