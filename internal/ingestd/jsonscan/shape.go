package jsonscan

import (
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// A shape is a type that values are held against and written as.
type shape struct {
	kind    shapeKind
	scalar  string         // the type's name
	tally   *csvscan.Tally // of a scalar that is given; nil for one that follows from the values
	name    string         // of a struct's field
	fields  []*shape
	element *shape // of a list, or a map's value
}

type shapeKind uint8

const (
	scalar shapeKind = iota
	list
	structure
	mapping
)

// text gives Iceberg's name of the type.
func (s *shape) text() string {
	switch s.kind {
	case list:
		return "list<" + s.element.text() + ">"
	case mapping:
		return "map<string," + s.element.text() + ">"
	case structure:
		fields := make([]string, len(s.fields))
		for i, f := range s.fields {
			fields[i] = f.name + ":" + f.text()
		}
		return "struct<" + strings.Join(fields, ",") + ">"
	}
	return s.scalar
}

// field finds a struct's field by a key, without regard to case.
func (s *shape) field(key []byte) *shape {
	for _, f := range s.fields {
		if strings.EqualFold(f.name, string(key)) {
			return f
		}
	}
	return nil
}

// parseShape reads the name of a type that is given. Its error matches
// [csvscan.ErrBadOption].
func parseShape(column, text, format string) (*shape, error) {
	p := shapeParser{rest: text}
	s, err := p.parse(0, format)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%w: %q follows the type", csvscan.ErrBadOption, p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("column %q as %s: %w", column, text, err)
	}
	return s, nil
}

type shapeParser struct{ rest string }

func (p *shapeParser) parse(depth int, format string) (*shape, error) {
	if depth > maxTypeDepth {
		return nil, fmt.Errorf("%w: the type nests deeper than %d levels", csvscan.ErrBadOption, maxTypeDepth)
	}
	switch {
	case p.take("list<"):
		element, err := p.parse(depth+1, "")
		if err != nil {
			return nil, err
		}
		return &shape{kind: list, element: element}, p.expect(">")
	case p.take("map<string,"):
		element, err := p.parse(depth+1, "")
		if err != nil {
			return nil, err
		}
		return &shape{kind: mapping, element: element}, p.expect(">")
	case p.take("struct<"):
		return p.structure(depth)
	}
	end := strings.IndexAny(p.rest, ",>")
	if strings.HasPrefix(p.rest, "decimal(") {
		end = strings.IndexByte(p.rest, ')') + 1
	}
	if end <= 0 {
		end = len(p.rest)
	}
	s := &shape{scalar: p.rest[:end]}
	p.rest = p.rest[end:]
	if !csvscan.SameType(s.scalar, s.scalar) {
		return nil, fmt.Errorf("%w: JSON cannot be read as %s", csvscan.ErrBadOption, s.scalar)
	}
	var err error
	s.tally, err = csvscan.NewTally("", s.scalar, format, depth > 0)
	return s, err
}

func (p *shapeParser) structure(depth int) (*shape, error) {
	s := &shape{kind: structure}
	for {
		name, rest, ok := strings.Cut(p.rest, ":")
		if !ok || name == "" {
			return nil, fmt.Errorf("%w: a struct's fields are written name:type", csvscan.ErrBadOption)
		}
		p.rest = rest
		f, err := p.parse(depth+1, "")
		if err != nil {
			return nil, err
		}
		f.name = name
		s.fields = append(s.fields, f)
		if p.take(">") {
			return s, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

func (p *shapeParser) take(sign string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, sign)
	return ok
}

func (p *shapeParser) expect(sign string) error {
	if !p.take(sign) {
		return fmt.Errorf("%w: %q is missing in the type", csvscan.ErrBadOption, sign)
	}
	return nil
}
