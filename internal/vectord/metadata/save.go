package metadata

import (
	"encoding/binary"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
)

// The values of a store are saved in the form in which they are looked up, so that they are
// there again without reading the JSON of each item. Numbers are little endian, of 4 bytes
// unless something else is said.
//
//	the number of fields, then for each, in order of their names:
//	  the length of its name, 1 if its text is found by words or else 0,
//	  the bytes of having: these three; then the name, and having as Roaring writes it
//	  frames of values in their order: how many (0: the field ends), the bytes of
//	  texts, the bytes of slots: these three; then
//	    the kind of each value, 1 byte
//	    of each, in 8 bytes, the number, the bits of one with a fraction, or the length of the text
//	    of each, how many slots it has, where these are few; else the bytes of them, more fewSlots
//	    the texts, one behind the other
//	    the slots of each, in order where they are few; else as Roaring writes them

const (
	frameValues = 1024
	frameBytes  = 256 << 10 // after which a frame is ended
	perValue    = 1 + 8 + 4 // bytes, beside texts and slots
)

// Write saves the values, and not the items' JSON.
func (v *View) Write(to io.Writer) error {
	if _, err := to.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(v.fields)))); err != nil {
		return err
	}
	w := &writer{to: to}
	for _, f := range v.fields {
		if err := w.field(f); err != nil {
			return err
		}
	}
	return nil
}

// writer gathers the columns of a frame.
type writer struct {
	to                           io.Writer
	count                        int
	kinds, numbers, sizes, texts []byte
	slots                        []byte
}

func (w *writer) field(f viewed) error {
	having, err := f.having.ToBytes()
	if err != nil {
		return err
	}
	words := 0
	if f.words {
		words = 1
	}
	if err := frames.Write(w.to, frames.Head{len(f.name), words, len(having)}, []byte(f.name), having); err != nil {
		return err
	}
	f.values.Scan(func(p *posting) bool {
		if err = w.add(p); err == nil && (w.count == frameValues || len(w.texts)+len(w.slots) >= frameBytes) {
			err = w.flush()
		}
		return err == nil
	})
	if err == nil && w.count > 0 {
		err = w.flush()
	}
	if err == nil {
		err = frames.Write(w.to, frames.Head{})
	}
	return err
}

func (w *writer) add(p *posting) error {
	w.count++
	w.kinds = append(w.kinds, byte(p.value.kind))
	w.numbers = binary.LittleEndian.AppendUint64(w.numbers, p.value.number())
	w.texts = append(w.texts, p.value.text...)
	if p.many == nil {
		w.sizes = binary.LittleEndian.AppendUint32(w.sizes, uint32(len(p.few)))
		for _, slot := range p.few {
			w.slots = binary.LittleEndian.AppendUint32(w.slots, slot)
		}
		return nil
	}
	bitmap, err := p.many.ToBytes()
	w.sizes = binary.LittleEndian.AppendUint32(w.sizes, uint32(len(bitmap)+fewSlots))
	w.slots = append(w.slots, bitmap...)
	return err
}

func (w *writer) flush() error {
	err := frames.Write(w.to, frames.Head{w.count, len(w.texts), len(w.slots)}, w.kinds, w.numbers, w.sizes, w.texts, w.slots)
	w.count = 0
	w.kinds, w.numbers, w.sizes, w.texts, w.slots = w.kinds[:0], w.numbers[:0], w.sizes[:0], w.texts[:0], w.slots[:0]
	return err
}
