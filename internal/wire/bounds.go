package wire

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Bound is how many elements the array, or members the object, may have that a body has
// under a key.
type Bound struct {
	Field   string
	Most    int
	TooMany func(n int) error // says of so many at least, one more than the most, what is wrong
}

// CheckBounds refuses a body in which a field has more than its bound. It makes nothing of
// the body, so that many small values, which take a hundred times their bytes once they are
// Go's, cost no more than it takes to read them. A body that is no JSON may pass.
func CheckBounds(body []byte, bounds ...Bound) error {
	s := scan{doc: body}
	for name, ok := s.name(); ok; name, ok = s.name() {
		bound := boundOf(name, bounds)
		if bound == nil {
			s.skip()
		} else if n := s.elements(bound.Most); n > bound.Most {
			return bound.TooMany(n)
		}
	}
	return nil
}

// boundOf finds that of a name as it is written. As in encoding/json the case of letters is
// nothing.
func boundOf(name []byte, bounds []Bound) *Bound {
	field := unquote(name)
	for i := range bounds {
		if strings.EqualFold(field, bounds[i].Field) {
			return &bounds[i]
		}
	}
	return nil
}

// Elements counts those of the array that doc begins with, up to one more than most.
func Elements(doc []byte, most int) int {
	s := scan{doc: doc}
	return s.elements(most)
}

// scan goes through the object or the value that a text is, without making anything of it.
// Of a text that is no JSON it may say anything, and ends.
type scan struct {
	doc []byte
	at  int
}

// peek gives the next byte that is no space, 0 at the end.
func (s *scan) peek() byte {
	for ; s.at < len(s.doc); s.at++ {
		switch c := s.doc[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// name goes to the next value in the object, and gives its name as it is written.
func (s *scan) name() (name []byte, ok bool) {
	if c := s.peek(); c != '{' && c != ',' {
		return nil, false
	}
	s.at++
	if s.peek() != '"' {
		return nil, false
	}
	name = stringAt(s.doc[s.at:])
	s.at += len(name)
	if s.peek() != ':' {
		return nil, false
	}
	s.at++
	return name, true
}

// skip goes behind the value that follows.
func (s *scan) skip() {
	switch s.peek() {
	case '{', '[':
		s.nested()
	case '"':
		s.at += len(stringAt(s.doc[s.at:]))
	default:
		for s.at < len(s.doc) && !strings.ContainsRune(",]} \t\r\n", rune(s.doc[s.at])) {
			s.at++
		}
	}
}

// nested goes behind the array or the object that begins here.
func (s *scan) nested() {
	for depth := 0; s.at < len(s.doc); {
		switch s.doc[s.at] {
		case '"':
			s.at += len(stringAt(s.doc[s.at:]))
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.at++
				return
			}
		}
		s.at++
		s.plain()
	}
}

// plain goes on to what may be a quote or a bracket, eight bytes at a time: most of a large
// body is numbers.
func (s *scan) plain() {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; s.at+8 <= len(s.doc); s.at += 8 {
		word := binary.LittleEndian.Uint64(s.doc[s.at:])
		quote := word ^ '"'*ones // a zero where there is one
		found := ((quote-ones)&^quote | (word + (0x80-'[')*ones) | word) & high
		if found != 0 { // above the first of these some may be none
			s.at += bits.TrailingZeros64(found) / 8
			return
		}
	}
}

// elements goes behind the value that follows, and counts what is in it if it is an array
// or an object, up to one more than most: then it stops.
func (s *scan) elements(most int) (n int) {
	if c := s.peek(); c != '[' && c != '{' {
		s.skip()
		return 0
	}
	s.at++
	if c := s.peek(); c == ']' || c == '}' {
		s.at++
		return 0
	}
	for n = 1; n <= most && s.at < len(s.doc); {
		switch s.doc[s.at] {
		case '"', '[', '{':
			s.skip()
			continue
		case ',':
			n++
		case ']', '}':
			s.at++
			return n
		}
		s.at++
	}
	return n
}
