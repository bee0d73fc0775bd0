package engine

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A saved index is a sealed stream: the graph as package hnsw saves it, then the items in
// order of their slots, then their slots in order of their ids, then the values of their metadata as package
// metadata saves them, then, of an index with text fields, the words of texts as package
// lexical saves them. Numbers are 4 bytes, little endian. Items are, after their number,
// frames of up to so many:
//
//	how many they are, the bytes of their ids, and those of their metadata
//	of each: its slot, the bytes of its id, the bytes of its metadata, 0 for {}
//	the ids, one behind the other, then the metadata
const (
	frameItems = 256
	frameBytes = 256 << 10 // after which a frame is ended
	perItem    = 12        // bytes, beside id and metadata
)

const noMetadata = "{}"

// Save writes the index as it was at one moment, in which taken, which may be nil, is
// called; that is before anything is written. Changes wait for it, and it must not call
// the index. While the index is written nothing waits for it, however slow the writer is;
// vectors that are taken out meanwhile are kept until it ends, and no memory is given back.
func (x *Index) Save(to io.Writer, taken func()) error {
	w := sealed.NewWriter(to)
	out := bufio.NewWriterSize(w, 64<<10)
	var view *metadata.View
	var words *lexical.View
	var names namesThen
	defer x.look() // for what is left to be maintained
	defer x.tell()
	x.mending.Lock() // before changes have to wait: a repair takes long
	x.writes.Lock()
	x.bury()
	err := x.graph.Save(w, func() {
		names, view = x.names.then(), x.meta.View()
		if x.words != nil {
			words = x.words.View()
		}
		if taken != nil {
			taken()
		}
		x.writes.Unlock()
		x.mending.Unlock()
		x.tell()
	})
	defer view.Close()
	if err == nil {
		err = saveItems(out, names, view.JSON)
	}
	if err == nil {
		err = view.Write(out)
	}
	if err == nil && words != nil {
		err = words.Write(out)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = w.Close()
	}
	return err
}

// saveItems writes ids and metadata.
func saveItems(out io.Writer, names namesThen, about func(slot uint32) json.RawMessage) error {
	ids, byID := names.list()
	if _, err := out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(byID)))); err != nil {
		return err
	}
	var head, text, objects []byte
	flush := func() error {
		err := frames.Write(out, frames.Head{len(head) / perItem, len(text), len(objects)}, head, text, objects)
		head, text, objects = head[:0], text[:0], objects[:0]
		return err
	}
	for slot, id := range ids {
		if id == "" {
			continue
		}
		raw := about(uint32(slot))
		if string(raw) == noMetadata {
			raw = nil
		}
		head = binary.LittleEndian.AppendUint32(head, uint32(slot))
		head = binary.LittleEndian.AppendUint32(head, uint32(len(id)))
		head = binary.LittleEndian.AppendUint32(head, uint32(len(raw)))
		text, objects = append(text, id...), append(objects, raw...)
		if len(head) == frameItems*perItem || len(text)+len(objects) >= frameBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(head) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	order := make([]byte, 0, 4*len(byID))
	for _, slot := range byID {
		order = binary.LittleEndian.AppendUint32(order, slot)
	}
	_, err := out.Write(order)
	return err
}
