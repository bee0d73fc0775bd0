package metadata

import (
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// set is what a part of a filter matches. A shared one belongs to the store, and is
// copied before it is changed.
type set struct {
	*roaring.Bitmap
	shared bool
}

func (s set) own() set {
	if s.shared {
		return set{s.Clone(), false}
	}
	return s
}

// Match gives the slots that a filter matches, slot s by bit s%64 of number s/64. They
// are written to room where that is large enough. They are those of one moment; nothing
// waits for a filter that looks at many values. Its error is an [UnknownFieldError], or
// a [FilterError] about text that is searched by its words; where there are no items at
// all, any field goes.
func (s *Store) Match(f Filter, room []uint64) ([]uint64, error) { return s.Begin(f, room)() }

// Begin takes the moment of a Match, in no more time than a few thousand values take. Who
// calls it has to call what it gives, once, for the slots; that may take longer.
func (s *Store) Begin(f Filter, room []uint64) (match func() ([]uint64, error)) {
	s.mu.RLock()
	if s.all.IsEmpty() || s.short(f) {
		defer s.mu.RUnlock()
		slots, err := s.match(f, room)
		return func() ([]uint64, error) { return slots, err }
	}
	s.mu.RUnlock()
	m, err := s.moment(f)
	return func() ([]uint64, error) {
		if err != nil {
			return nil, err
		}
		defer m.of.closeView()
		return m.match(f, room)
	}
}

// match is Match of a store that does not change meanwhile.
func (s *Store) match(f Filter, room []uint64) ([]uint64, error) {
	if s.all.IsEmpty() {
		return nil, nil
	}
	found, err := f.test.match(s)
	if err != nil {
		return nil, err
	}
	size := int(found.DenseSize())
	if size > cap(room) {
		room = make([]uint64, size, size+size/8)
	}
	room = room[:size]
	clear(room)
	found.WriteDenseTo(room)
	return room, nil
}

func (list every) match(s *Store) (set, error) {
	found := set{s.all, true}
	for _, test := range list {
		part, err := test.match(s)
		if err != nil {
			return set{}, err
		}
		if found.Bitmap == s.all {
			found = part
			continue
		}
		found = found.own()
		found.And(part.Bitmap)
	}
	return found, nil
}

func (list some) match(s *Store) (set, error) {
	found := set{roaring.New(), false}
	for _, test := range list {
		part, err := test.match(s)
		if err != nil {
			return set{}, err
		}
		found.Or(part.Bitmap)
	}
	return found, nil
}

func (n no) match(s *Store) (set, error) {
	part, err := n.node.match(s)
	if err != nil {
		return set{}, err
	}
	return set{roaring.AndNot(s.all, part.Bitmap), false}, nil
}

func (o oneOf) match(s *Store) (set, error) {
	f, err := s.field(o.field)
	if err != nil {
		return set{}, err
	}
	found := roaring.New()
	for _, v := range o.values {
		if err := f.comparable(o.field, v); err != nil {
			return set{}, err
		}
		p, ok := f.values.Get(&posting{value: v})
		switch {
		case !ok:
		case p.many != nil && len(o.values) == 1:
			return set{p.many, true}, nil
		default:
			p.addTo(found)
		}
	}
	return set{found, false}, nil
}

func (w within) match(s *Store) (set, error) {
	f, err := s.field(w.field)
	if err != nil {
		return set{}, err
	}
	if err := f.comparable(w.field, *w.bounds.any()); err != nil {
		return set{}, err
	}
	return set{f.between(w.bounds), false}, nil
}

func (e exists) match(s *Store) (set, error) {
	f, err := s.field(e.field)
	switch {
	case err != nil:
		return set{}, err
	case e.want:
		return set{f.having, true}, nil
	}
	return set{roaring.AndNot(s.all, f.having), false}, nil
}

// knownFields are named at most where one is not known.
const knownFields = 20

func (s *Store) field(name string) (*field, error) {
	if f := s.fields[name]; f != nil {
		return f, nil
	}
	unknown := &UnknownFieldError{Field: name}
	for _, known := range s.present() {
		switch {
		case s.fields[known].having.IsEmpty(): // of words that no item has
		case strings.HasPrefix(known, name+".") && unknown.Inside == "":
			unknown.Inside = known
			fallthrough
		case len(unknown.Known) < knownFields:
			unknown.Known = append(unknown.Known, known)
		}
	}
	return nil, unknown
}

// Know lets fields be asked for though no item has them, as if one had had them since the
// start: also where there are [MaxFields], which bounds what items may bring.
func (s *Store) Know(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if s.fields[name] == nil {
			s.learn(name)
		}
	}
	s.counted()
}

// present lists the fields that items have now, and those that are found by words, in order.
// One that items had can be asked for still, so that who deletes by it, or erases, can do it
// again; it is not told to anybody.
func (s *Store) present() (names []string) {
	for name, f := range s.fields {
		if f.words || !f.having.IsEmpty() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
