package metadata

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bounded"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/inorder"
)

// SavedError says why what is read are no values that were saved with these items.
type SavedError struct{ Reason string }

func (e *SavedError) Error() string { return "metadata: what was saved " + e.Reason }

func unfit(format string, args ...any) error { return &SavedError{fmt.Sprintf(format, args...)} }

// Load fills an empty store with items, by slot what was read by [Read] once or nil, and
// with the values that [View.Write] saved of them. Where the text fields were others then it
// gives false: the values were read and are of no use, and each item has to be Set. That the
// values are those of the items is for checksums; what is checked is all that another method
// relies on. Its errors are a [SavedError] and those of reading.
func (s *Store) Load(items []json.RawMessage, from io.Reader) (used bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &loader{from: from, all: roaring.New(), slots: make([]uint64, (len(items)+63)/64), fields: map[string]*field{}, memory: &s.memory}
	size, kept := int64(0), int64(0)
	for slot, raw := range items {
		if raw != nil {
			l.slots[slot/64] |= 1 << (slot % 64)
			size += int64(len(raw))
			kept += sizeOfRaw(raw)
		}
	}
	l.all.Or(roaring.FromDense(l.slots, false))
	if err := l.count(); err != nil {
		return false, err
	}
	if err := inorder.Run(l.next, l.understand, l.take); err != nil {
		return false, err
	}
	used = true
	for name := range s.fields { // those that are found by words
		used = used && l.fields[name] != nil && l.fields[name].words
	}
	if !used || l.words != len(s.fields) {
		return false, nil
	}
	s.raw, s.all, s.bytes, s.fields = items, l.all, size, l.fields
	s.kept, s.valued = kept, 0
	for name, f := range s.fields {
		s.valued += sizeOfField(name) + f.bytes
	}
	s.counted()
	return true, nil
}

// Having gives the slots that have something under one of some names, in order.
func (s *Store) Having(names []string) []uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := roaring.New()
	for _, name := range names {
		if f := s.fields[name]; f != nil {
			found.Or(f.having)
		}
	}
	return found.ToArray()
}

// loader reads fields and frames.
type loader struct {
	from  io.Reader
	all   *roaring.Bitmap // slots that items have
	slots []uint64        // the same as bits

	left   int    // fields that are not read yet
	name   string // of the field that is read now, nil before and after
	now    *field
	words  int // fields that are found by words
	fields map[string]*field
	memory *atomic.Int64 // of the store, which counts values as they come
}

// frame is a part of a field's values. As it is read it is bytes.
type frame struct {
	of       *field
	count    int
	texts    int // bytes
	body     []byte
	postings []posting
}

func (l *loader) count() error {
	head, err := l.bytes(4)
	if err == nil {
		l.left = int(binary.LittleEndian.Uint32(head))
	}
	return err
}

// next reads a frame, and what is before it.
func (l *loader) next() (f frame, err error) {
	for {
		if l.now == nil {
			if l.left == 0 {
				return f, io.EOF
			}
			l.left--
			if err := l.field(); err != nil {
				return f, err
			}
		}
		count, texts, slots, err := l.numbers()
		if err != nil {
			return f, err
		}
		if count == 0 {
			l.now = nil
			continue
		}
		if count > frameValues {
			return f, unfit("claims %d values at once", count)
		}
		body, err := l.bytes(count*perValue + texts + slots)
		return frame{of: l.now, count: count, texts: texts, body: body}, err
	}
}

// field reads what stands before a field's frames.
func (l *loader) field() error {
	size, words, having, err := l.numbers()
	if err != nil {
		return err
	}
	if size > MaxBytes || words > 1 {
		return unfit("claims a field that cannot be")
	}
	name, err := l.bytes(size)
	if err != nil {
		return err
	}
	if len(l.fields) > 0 && string(name) <= l.name {
		return unfit("has fields that are not in order")
	}
	set, err := l.bytes(having)
	if err != nil {
		return err
	}
	l.now, l.name = newField(), string(name)
	l.now.words, l.words = words == 1, l.words+words
	l.fields[l.name] = l.now
	if l.now.having, err = l.bitmap(set); err == nil {
		l.now.bytes = sizeOfSet(l.now.having)
	}
	return err
}

// understand makes postings of a frame.
func (l *loader) understand(f *frame) error {
	n := f.count
	kinds, numbers, sizes := f.body[:n], f.body[n:9*n], f.body[9*n:perValue*n]
	texts := string(f.body[perValue*n : perValue*n+f.texts])
	c := cutter{l: l, slots: f.body[perValue*n+f.texts:]}
	c.few = make([]uint32, 0, fewIn(sizes))
	f.postings, f.body = make([]posting, n), nil
	for i := range f.postings {
		p := &f.postings[i]
		var ok bool
		if p.value, texts, ok = valueFrom(kind(kinds[i]), binary.LittleEndian.Uint64(numbers[8*i:]), texts); !ok || p.value.kind == text && f.of.words {
			return unfit("has a value that cannot be")
		}
		if err := c.cut(p, int(binary.LittleEndian.Uint32(sizes[4*i:]))); err != nil {
			return err
		}
	}
	if len(texts) > 0 || len(c.slots) > 0 {
		return unfit("has more than its values")
	}
	return nil
}

// fewIn adds up the sizes of values that have few slots.
func fewIn(sizes []byte) (all int) {
	for ; len(sizes) > 0; sizes = sizes[4:] {
		if size := int(binary.LittleEndian.Uint32(sizes)); size <= fewSlots {
			all += size
		}
	}
	return all
}

// cutter gives each value of a frame its slots. The few ones share a piece of memory.
type cutter struct {
	l     *loader
	slots []byte // that are left
	few   []uint32
}

func (c *cutter) cut(p *posting, size int) (err error) {
	if size > fewSlots {
		if size -= fewSlots; size > len(c.slots) {
			return unfit("has a value of too many slots")
		}
		p.many, err = c.l.bitmap(c.slots[:size])
		c.slots = c.slots[size:]
		return err
	}
	if size == 0 || 4*size > len(c.slots) {
		return unfit("has a value of no slot")
	}
	begin := len(c.few)
	for at := range size {
		c.few = append(c.few, binary.LittleEndian.Uint32(c.slots[4*at:]))
	}
	c.slots = c.slots[4*size:]
	if p.few = c.few[begin:len(c.few):len(c.few)]; !c.l.fits(p.few) {
		return unfit("has a value of slots that no item has")
	}
	if size <= len(p.room) {
		p.few = append(p.room[:0], p.few...)
	}
	return nil
}

// take puts a frame's values behind those that came before.
func (l *loader) take(f *frame) error {
	size := int64(0)
	last, some := f.of.values.Max()
	for i := range f.postings {
		p := &f.postings[i]
		if some && last.value.compare(p.value) >= 0 {
			return unfit("has values that are not in order")
		}
		f.of.values.Load(p)
		size += p.size()
		last, some = p, true
	}
	f.of.bytes += size
	l.memory.Add(size)
	return nil
}

// fits tells that slots are in order, and that items have them.
func (l *loader) fits(slots []uint32) bool {
	for i, slot := range slots {
		if i > 0 && slots[i-1] >= slot || int(slot/64) >= len(l.slots) || l.slots[slot/64]>>(slot%64)&1 == 0 {
			return false
		}
	}
	return true
}

// bitmap reads a set of slots that items have.
func (l *loader) bitmap(raw []byte) (*roaring.Bitmap, error) {
	set := roaring.New()
	n, err := set.ReadFrom(bytes.NewReader(raw))
	if err == nil {
		err = set.Validate()
	}
	if err != nil || int(n) != len(raw) || set.AndCardinality(l.all) != set.GetCardinality() {
		return nil, unfit("has a set of slots that cannot be")
	}
	return set, nil
}

func (l *loader) numbers() (a, b, c int, err error) {
	head, err := frames.Read(l.from)
	return head[0], head[1], head[2], tooShort(err)
}

// bytes reads so many.
func (l *loader) bytes(n int) ([]byte, error) {
	out, err := bounded.Read(l.from, n)
	return out, tooShort(err)
}

func tooShort(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return unfit("ends too early")
	}
	return err
}
