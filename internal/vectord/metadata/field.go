package metadata

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/tidwall/btree"
)

// field holds who has which value under one name.
type field struct {
	values *btree.BTreeG[*posting]
	having *roaring.Bitmap // slots that have any
	words  bool            // text is found by its words, and is no value here
	bytes  int64           // that values and having take

	// own are, while there is a view, the postings that it does not have.
	own map[*posting]bool
}

// posting lists the slots that have a value: a few, or more of them.
type posting struct {
	value value
	few   []uint32 // in order
	many  *roaring.Bitmap
	room  [2]uint32 // where few begins: most values are rare, and are read one after the other
}

const fewSlots = 16

func newField() *field {
	less := func(a, b *posting) bool { return a.value.compare(b.value) < 0 }
	f := &field{values: btree.NewBTreeGOptions(less, btree.Options{NoLocks: true}), having: roaring.New()}
	f.bytes = sizeOfSet(f.having)
	return f
}

// comparable tells why a field cannot be compared with a value, if that is so.
func (f *field) comparable(name string, v value) error {
	if f.words && v.kind == text {
		return wrong(`%s: text is searched by words here, and cannot be compared; give a text in the query, ask {"exists": true}, or keep what is to be compared in a field of its own`, name)
	}
	return nil
}

// add puts a slot under a value; it may be there already.
func (f *field) add(v value, slot uint32) {
	f.have(slot, true)
	if f.words && v.kind == text {
		return
	}
	p, ok := f.values.Get(&posting{value: v})
	if !ok {
		p = &posting{value: v}
		p.few = append(p.room[:0], slot)
		f.put(p)
	} else {
		f.bytes -= p.size()
		p = f.changeable(p)
		p.add(slot)
	}
	f.bytes += p.size()
}

func (p *posting) add(slot uint32) {
	if p.many != nil {
		p.many.Add(slot)
		return
	}
	at, there := slices.BinarySearch(p.few, slot)
	if there {
		return
	}
	p.few = slices.Insert(p.few, at, slot)
	if len(p.few) > fewSlots {
		p.many, p.few = roaring.BitmapOf(p.few...), nil
	}
}

// remove takes a slot from a value.
func (f *field) remove(v value, slot uint32) {
	f.have(slot, false)
	p, ok := f.values.Get(&posting{value: v})
	if !ok {
		return
	}
	f.bytes -= p.size()
	p = f.changeable(p)
	p.remove(slot)
	if p.many == nil && len(p.few) == 0 {
		f.values.Delete(p)
		delete(f.own, p)
		return
	}
	f.bytes += p.size()
}

func (p *posting) remove(slot uint32) {
	if p.many != nil {
		p.many.Remove(slot)
		if p.many.GetCardinality() <= fewSlots/2 {
			p.few, p.many = p.many.ToArray(), nil
		}
	} else if at, there := slices.BinarySearch(p.few, slot); there {
		p.few = slices.Delete(p.few, at, at+1)
	}
}

// have notes whether a slot has any value.
func (f *field) have(slot uint32, has bool) {
	if f.having.Contains(slot) == has {
		return
	}
	f.bytes -= sizeOfSet(f.having)
	if has {
		f.having.Add(slot)
	} else {
		f.having.Remove(slot)
	}
	f.bytes += sizeOfSet(f.having)
}

func (p *posting) has(slot uint32) bool {
	if p.many != nil {
		return p.many.Contains(slot)
	}
	return slices.Contains(p.few, slot)
}

func (p *posting) addTo(to *roaring.Bitmap) {
	if p.many != nil {
		to.Or(p.many)
		return
	}
	to.AddMany(p.few)
}

// between gives the slots that have a value within bounds, which are of one sort.
func (f *field) between(b bounds) *roaring.Bitmap {
	found, single := roaring.New(), gathered{end: f.having}
	f.values.Ascend(&posting{value: b.from()}, func(p *posting) bool {
		if p.value.kind.sort() != b.sort() || b.above(p.value) {
			return false
		}
		switch {
		case b.below(p.value):
		case p.many != nil:
			found.Or(p.many)
		default:
			single.add(p.few)
		}
		return true
	})
	single.addTo(found)
	return found
}

// gathered are slots in any order, a few or, as bits, many of them.
type gathered struct {
	few  []uint32
	bits []uint64
	end  *roaring.Bitmap // its greatest slot is the greatest that there may be
}

// fewGathered slots are sorted rather than made bits of.
const fewGathered = 256

func (g *gathered) add(slots []uint32) {
	if g.bits == nil && len(g.few)+len(slots) > fewGathered {
		g.bits = make([]uint64, g.end.DenseSize())
		g.mark(g.few)
	}
	if g.bits == nil {
		g.few = append(g.few, slots...)
		return
	}
	g.mark(slots)
}

func (g *gathered) mark(slots []uint32) {
	for _, slot := range slots {
		g.bits[slot/64] |= 1 << (slot % 64)
	}
}

func (g *gathered) addTo(to *roaring.Bitmap) {
	if g.bits != nil {
		to.Or(roaring.FromDense(g.bits, false))
		return
	}
	slices.Sort(g.few)
	to.AddMany(g.few)
}

// bounds of a range; a nil one is open.
type bounds struct {
	gt, gte, lt, lte *value
}

// any of the bounds: all are of one sort.
func (b bounds) any() *value {
	for _, v := range []*value{b.gt, b.gte, b.lt, b.lte} {
		if v != nil {
			return v
		}
	}
	return nil
}

func (b bounds) sort() kind { return b.any().kind.sort() }

// from is where to begin to look.
func (b bounds) from() value {
	switch {
	case b.gte != nil:
		return *b.gte
	case b.gt != nil:
		return *b.gt
	}
	switch b.sort() {
	case boolean:
		return value{kind: boolean}
	case text:
		return value{kind: text}
	}
	return value{kind: float, float: minusInfinity}
}

func (b bounds) below(v value) bool {
	return b.gt != nil && v.compare(*b.gt) <= 0 || b.gte != nil && v.compare(*b.gte) < 0
}

func (b bounds) above(v value) bool {
	return b.lt != nil && v.compare(*b.lt) >= 0 || b.lte != nil && v.compare(*b.lte) > 0
}
