package metadata

import (
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/tidwall/btree"
)

// View is what a store held at one moment, while the store goes on to change. Who has one
// ends it with Close: until then a value that is changed is copied before.
type View struct {
	store  *Store
	raw    []json.RawMessage
	fields []viewed
}

// viewed is a field at that moment. The tree and what it holds are never changed.
type viewed struct {
	name   string
	words  bool
	having *roaring.Bitmap
	values *btree.BTreeG[*posting]
}

// View takes one. Changes wait meanwhile, for as long as it takes to copy a few bytes for
// each item.
func (s *Store) View() *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views++
	v := &View{store: s, raw: slices.Clone(s.raw)}
	for _, name := range s.present() {
		f := s.fields[name].then()
		v.fields = append(v.fields, viewed{name, f.words, f.having, f.values})
	}
	return v
}

// Close ends a view.
func (v *View) Close() { v.store.closeView() }

func (s *Store) closeView() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.views--; s.views > 0 {
		return
	}
	for _, f := range s.fields {
		f.own = nil
	}
}

// JSON gives a slot's metadata as [Store.Get] does.
func (v *View) JSON(slot uint32) json.RawMessage {
	if int(slot) >= len(v.raw) {
		return nil
	}
	return v.raw[slot]
}

// changeable gives a posting that no view has: the one that is given, or a copy that is in
// its place from now on.
func (f *field) changeable(p *posting) *posting {
	if f.own == nil || f.own[p] {
		return p
	}
	q := &posting{value: p.value}
	if p.many != nil {
		q.many = p.many.Clone()
	} else {
		q.few = append(q.room[:0], p.few...)
	}
	f.put(q)
	return q
}

// put gives a value's posting its place.
func (f *field) put(p *posting) {
	f.values.Set(p)
	if f.own != nil {
		f.own[p] = true
	}
}
