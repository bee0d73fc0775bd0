package metadata

import "fmt"

// MaxFields bounds how many names of fields a store is to know. Each costs memory for as
// long as the store is there, whether items still have it or not.
const MaxFields = 10_000

// FieldsError says that metadata would bring more names of fields than there may be.
type FieldsError struct {
	Field  string // one of the new names
	Fields int    // that there would be
}

func (e *FieldsError) Error() string {
	return fmt.Sprintf("the items of the index would have %d different names of fields, as %.128q, and may have %d; write what differs from item to item as a value, not as a name", e.Fields, e.Field, MaxFields)
}

// NewFields adds to a set the names of an object's fields that the store does not know.
func (s *Store) NewFields(o Object, to map[string]bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range o.scalar {
		if name := o.scalar[i].field; s.fields[name] == nil {
			to[name] = true
		}
	}
}

// RoomFor tells whether so many more names may come; its error is a [FieldsError].
func (s *Store) RoomFor(names map[string]bool) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for name := range names {
		if all := len(s.fields) + len(names); all > MaxFields {
			return &FieldsError{name, all}
		}
	}
	return nil
}
