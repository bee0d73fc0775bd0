package metadata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
)

// Bounds of an item's metadata.
const (
	MaxBytes  = 64 << 10 // of the JSON
	MaxValues = 1_000    // scalars in it
	maxDepth  = 16
)

// Store holds the metadata of an index's items. Its methods may be called by any
// number of goroutines at once; none holds another up for longer than one item takes, or a
// filter that looks at a few thousand values.
type Store struct {
	mu     sync.RWMutex
	fields map[string]*field
	raw    []json.RawMessage // by slot; nil: no item
	all    *roaring.Bitmap
	bytes  int64
	views  int // that are not closed

	kept   int64        // bytes that the JSON takes
	valued int64        // and the fields with their values
	memory atomic.Int64 // and all together
}

// New makes an empty store. The text of the fields that are named is found by its words
// elsewhere, and cannot be compared by a filter; these fields are always known.
func New(textFields ...string) *Store {
	s := &Store{fields: map[string]*field{}, all: roaring.New()}
	for _, name := range textFields {
		s.learn(name).words = true
	}
	s.counted()
	return s
}

// Object is metadata that was read and can be kept.
type Object struct {
	raw    json.RawMessage
	scalar []scalar
}

// JSON gives an object as it is kept. It must not be changed.
func (o Object) JSON() json.RawMessage { return o.raw }

type scalar struct {
	field string
	value value
}

// CheckLength refuses metadata that is too long, without a look into it.
func CheckLength(raw []byte) error {
	if len(raw) > MaxBytes {
		return fmt.Errorf("the metadata has %d bytes; it may have %d", len(raw), MaxBytes)
	}
	return nil
}

// Read reads an item's metadata: a JSON object, or nothing.
func Read(raw []byte) (Object, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return Object{raw: json.RawMessage("{}")}, nil
	}
	if err := CheckLength(raw); err != nil {
		return Object{}, err
	}
	x, err := decode(raw)
	if err != nil {
		return Object{}, fmt.Errorf("the metadata is not JSON: %w", err)
	}
	object, ok := x.(map[string]any)
	if !ok {
		return Object{}, fmt.Errorf("the metadata is %s; it has to be an object", typeName(x))
	}
	o := Object{raw: slices.Clone(raw)}
	return o, o.flatten("", object, 0)
}

// Text gives the text under the names of fields, a line for each value, in the order of
// the fields.
func (o Object) Text(fields []string) string {
	var lines []string
	for _, name := range fields {
		for _, x := range o.scalar {
			if x.field == name && x.value.kind == text {
				lines = append(lines, x.value.text)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// decode reads JSON, its numbers as they are written.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the end at byte %d", d.InputOffset())
	}
	return x, nil
}

// flatten lists the scalars of an object.
func (o *Object) flatten(name string, x any, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("the metadata is nested more than %d deep at %s", maxDepth, name)
	}
	switch x := x.(type) {
	case nil:
		return nil
	case map[string]any:
		for key, inner := range x {
			if name != "" {
				key = name + "." + key
			}
			if err := o.flatten(key, inner, depth+1); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for _, inner := range x {
			if err := o.flatten(name, inner, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	v, err := valueOf(x)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if o.scalar = append(o.scalar, scalar{name, v}); len(o.scalar) > MaxValues {
		return fmt.Errorf("the metadata has more than %d values", MaxValues)
	}
	return nil
}

// Set gives a slot its metadata, in place of what it had.
func (s *Store) Set(slot uint32, o Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(slot)
	for int(slot) >= len(s.raw) {
		s.raw = append(s.raw, nil)
	}
	s.raw[slot] = o.raw
	s.bytes += int64(len(o.raw))
	s.kept += sizeOfRaw(o.raw)
	s.all.Add(slot)
	for _, x := range o.scalar {
		f := s.fields[x.field]
		if f == nil {
			f = s.learn(x.field)
		}
		before := f.bytes
		f.add(x.value, slot)
		s.valued += f.bytes - before
	}
	s.counted()
}

// learn makes a field known. The lock is held.
func (s *Store) learn(name string) *field {
	f := newField()
	s.fields[name] = f
	s.valued += sizeOfField(name) + f.bytes
	return f
}

// Copy gives a slot the metadata of another one.
func (s *Store) Copy(from, to uint32) {
	s.mu.RLock()
	o := Object{s.raw[from], s.scalars(from)}
	s.mu.RUnlock()
	s.Set(to, o)
}

// scalars lists what a slot has under the names of fields. What an earlier Read let pass, and
// this one does not, is looked for in all fields: nothing that is kept may be beyond removal.
func (s *Store) scalars(slot uint32) []scalar {
	if o, err := Read(s.raw[slot]); err == nil {
		return o.scalar
	}
	var list []scalar
	for name, f := range s.fields {
		if !f.having.Contains(slot) {
			continue
		}
		if f.words {
			list = append(list, scalar{name, value{kind: text}}) // which has no posting here
		}
		f.values.Scan(func(p *posting) bool {
			if p.has(slot) {
				list = append(list, scalar{name, p.value})
			}
			return true
		})
	}
	return list
}

// Remove forgets a slot's metadata.
func (s *Store) Remove(slot uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(slot)
	s.counted()
}

func (s *Store) remove(slot uint32) {
	if int(slot) >= len(s.raw) || s.raw[slot] == nil {
		return
	}
	for _, x := range s.scalars(slot) {
		if f := s.fields[x.field]; f != nil { // else what was loaded were not its values
			before := f.bytes
			f.remove(x.value, slot)
			s.valued += f.bytes - before
		}
	}
	s.all.Remove(slot)
	s.bytes -= int64(len(s.raw[slot]))
	s.kept -= sizeOfRaw(s.raw[slot])
	s.raw[slot] = nil
}

// Get gives a slot's metadata as it came, "{}" where there was none, or nil where
// there is no such item. It must not be changed.
func (s *Store) Get(slot uint32) json.RawMessage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(slot) >= len(s.raw) {
		return nil
	}
	return s.raw[slot]
}

// Stats tell what a store holds.
type Stats struct {
	Items  int
	Fields int   // that items have, and those whose text is found by words
	Bytes  int64 // of JSON
}

// Stats counts.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return Stats{Items: int(s.all.GetCardinality()), Fields: len(s.present()), Bytes: s.bytes}
}
