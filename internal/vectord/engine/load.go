package engine

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/inorder"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// Load fills an empty index with one that was saved with the same configuration, where
// max_items, seed, ef_construction and the text fields may differ; other text fields take
// several times as long, as do words that an earlier release saved otherwise or not. Its errors
// are a [sealed.DamageError] where the bytes are not those that were written, a
// [hnsw.SavedError], [metadata.SavedError] or [lexical.SavedError] where they are another
// index's, and those of reading. None names an item. After an error the index can only be
// closed.
func (x *Index) Load(from io.Reader) error {
	x.writes.Lock()
	defer x.changed()
	in := telling{sealed.NewReader(from), x}
	defer x.account.loading.Store(0)
	if err := x.graph.Load(in); err != nil {
		return err
	}
	l := &loader{x: x, in: in}
	if err := l.items(); err != nil {
		return err
	}
	used, err := x.meta.Load(l.objects, in)
	if err != nil {
		return err
	}
	x.account.loading.Store(0) // the store has it now
	words, err := l.words(used)
	if err != nil {
		return err
	}
	if n, err := in.Read(make([]byte, 1)); err != io.EOF || n > 0 {
		return errors.Join(&hnsw.SavedError{Reason: "goes on behind its end"}, err)
	}
	if err := l.describe(used, words); err != nil {
		return err
	}
	if x.graph.Stats().Alive != l.count {
		l.bury()
	}
	return nil
}

// loader reads what is behind the graph.
type loader struct {
	x       *Index
	in      io.Reader
	count   int
	left    int               // of these, not read yet
	objects []json.RawMessage // by slot
}

func (l *loader) items() error {
	var head [4]byte
	if _, err := io.ReadFull(l.in, head[:]); err != nil {
		return tooShort(err)
	}
	l.count = int(binary.LittleEndian.Uint32(head[:]))
	if alive := l.x.graph.Stats().Alive; l.count > alive {
		return &hnsw.SavedError{Reason: fmt.Sprintf("has %d items, and %d vectors", l.count, alive)}
	}
	l.left = l.count
	if err := inorder.Run(l.next, (*parcel).understand, l.take); err != nil {
		return err
	}
	return l.order()
}

// parcel is items that came together: heads, then ids, then metadata.
type parcel struct {
	count, idBytes int
	body           []byte
	slots          []uint32
	ids            []string
	objects        []json.RawMessage
}

// next reads a parcel. Its lengths are held against what items may have before there is
// room made for it.
func (l *loader) next() (p parcel, err error) {
	if l.left == 0 {
		return p, io.EOF
	}
	head, err := frames.Read(l.in)
	if err != nil {
		return p, tooShort(err)
	}
	p.count, p.idBytes = head[0], head[1]
	objects := head[2]
	if p.count == 0 || p.count > min(l.left, frameItems) || p.idBytes > p.count*MaxID || objects > p.count*metadata.MaxBytes {
		return p, &hnsw.SavedError{Reason: "has items that are too large"}
	}
	l.left -= p.count
	p.body = make([]byte, p.count*perItem+p.idBytes+objects)
	_, err = io.ReadFull(l.in, p.body)
	return p, tooShort(err)
}

func tooShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &hnsw.SavedError{Reason: "ends too early"}
	}
	return err
}

// understand cuts a parcel into items. What they hold shares a piece of memory: it is given
// back when none of them is there any more.
func (p *parcel) understand() error {
	heads, ids := p.body[:p.count*perItem], string(p.body[p.count*perItem:p.count*perItem+p.idBytes])
	objects := slices.Clone(p.body[p.count*perItem+p.idBytes:])
	p.slots, p.ids, p.objects, p.body = make([]uint32, p.count), make([]string, p.count), make([]json.RawMessage, p.count), nil
	empty := json.RawMessage(noMetadata)
	for i := range p.slots {
		head := heads[perItem*i:]
		id, object := int(binary.LittleEndian.Uint32(head[4:])), int(binary.LittleEndian.Uint32(head[8:]))
		if id > len(ids) || object > len(objects) || object > metadata.MaxBytes || !PossibleID(ids[:id]) {
			return &hnsw.SavedError{Reason: "has an item that cannot be"}
		}
		p.slots[i], p.ids[i], p.objects[i] = binary.LittleEndian.Uint32(head), ids[:id], objects[:object:object]
		if object == 0 {
			p.objects[i] = empty
		}
		ids, objects = ids[id:], objects[object:]
	}
	if len(ids) > 0 || len(objects) > 0 {
		return &hnsw.SavedError{Reason: "has more than its items"}
	}
	return nil
}

// take notes a parcel's items.
func (l *loader) take(p *parcel) error {
	for i, slot := range p.slots {
		if !l.x.graph.Alive(slot) || int(slot) < len(l.objects) { // they are in order
			return &hnsw.SavedError{Reason: fmt.Sprintf("has no slot %d for an item", slot)}
		}
		l.objects = append(l.objects, make([]json.RawMessage, int(slot)+1-len(l.objects))...)
		l.objects[slot] = p.objects[i]
		l.x.account.loading.Add(int64(len(p.objects[i])))
		l.x.names.name(slot, p.ids[i])
	}
	return nil
}

// order reads the slots in order of the ids, and lets these lead there.
func (l *loader) order() error {
	part := make([]byte, 64<<10)
	for left, last := l.count, ""; left > 0; {
		part = part[:min(4*left, len(part))]
		if _, err := io.ReadFull(l.in, part); err != nil {
			return tooShort(err)
		}
		for at := 0; at < len(part); at += 4 {
			slot := binary.LittleEndian.Uint32(part[at:])
			if int(slot) >= len(l.objects) || l.objects[slot] == nil || l.x.names.ids[slot] <= last {
				return &hnsw.SavedError{Reason: "has an item twice, or out of order"}
			}
			last = l.x.names.ids[slot]
			l.x.names.leadLast(slot)
		}
		left -= len(part) / 4
	}
	return nil
}

// bury deletes vectors that are no item's: they were being put in, or taken out, when the
// index was saved.
func (l *loader) bury() {
	named := make(map[uint32]bool, l.count)
	for slot, raw := range l.objects {
		if raw != nil {
			named[uint32(slot)] = true
		}
	}
	l.x.graph.DeleteBut(named)
}
