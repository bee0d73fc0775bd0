package engine

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A saved index is a sealed stream: the graph as package hnsw saves it, the number of
// items, then for each its slot, its id and its metadata, the latter two behind their
// lengths; numbers are 4 bytes, little endian. Items come in order of their slots, in
// which the index of words takes their texts at a fraction of the cost.

// Save writes the index as it was at one moment, in which taken, which may be nil, is
// called; that is before anything is written. Changes wait for it, and it must not call
// the index. Searches and changes go on while the index is written.
func (x *Index) Save(to io.Writer, taken func()) error {
	w := sealed.NewWriter(to)
	out := bufio.NewWriterSize(w, 64<<10)
	var ids []string
	var slots []uint32
	var objects []json.RawMessage // never changed in their place
	x.writes.Lock()               // until the graph has been taken as well
	x.bury()
	err := x.graph.Save(w, func() {
		ids, slots = x.names.all()
		objects = make([]json.RawMessage, len(ids))
		for i, slot := range slots {
			objects[i] = x.meta.Get(slot)
		}
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
		raw := objects[i]
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
