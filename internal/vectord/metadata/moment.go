package metadata

import (
	"iter"
	"math"
)

// moment is a part of a store as it was at one moment, which needs no lock: the fields that
// a filter asks for. It is ended as a [View] is.
type moment struct {
	Store
	of *Store
}

// moment takes one; its error is an [UnknownFieldError]. Changes wait meanwhile, for as long
// as it takes to copy a bit for each item and field.
func (s *Store) moment(f Filter) (*moment, error) {
	m := &moment{Store: Store{fields: map[string]*field{}}, of: s}
	for name := range asked(f.test) {
		m.fields[name] = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range m.fields {
		if _, err := s.field(name); err != nil {
			return nil, err
		}
	}
	for name := range m.fields {
		m.fields[name] = s.fields[name].then()
	}
	m.all = s.all.Clone()
	s.views++
	return m, nil
}

// then gives the field as it is, and keeps changes from what it shares with it.
func (f *field) then() *field {
	f.own = map[*posting]bool{}
	return &field{values: f.values.Copy(), having: f.having.Clone(), words: f.words}
}

// looked is how many values of a filter are looked at while the store is locked.
const looked = 4096

// short tells that a filter looks at few values. The lock is held.
func (s *Store) short(f Filter) bool {
	values := 0
	for name, wanted := range asked(f.test) {
		values++
		if field := s.fields[name]; field != nil {
			values += min(wanted, field.values.Len())
		}
		if values > looked {
			return false
		}
	}
	return true
}

// asked gives the fields that a part of a filter asks for, and how many values it looks up
// in each.
func asked(n node) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) { ask(n, yield) }
}

func ask(n node, yield func(field string, values int) bool) bool {
	list := []node(nil)
	switch n := n.(type) {
	case every:
		list = n
	case some:
		list = n
	case no:
		return ask(n.node, yield)
	case oneOf:
		return yield(n.field, len(n.values))
	case within:
		return yield(n.field, math.MaxInt) // every value of the field
	case exists:
		return yield(n.field, 0)
	}
	for _, inner := range list {
		if !ask(inner, yield) {
			return false
		}
	}
	return true
}
