package catalogd

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/parquetfile"
)

// A column's type travels as text: Iceberg's names, list<T>, map<K,V> and
// struct<name:T,...>. The text holds no field ids, so equal texts are equal
// types wherever they came from.

// primitive gives the Iceberg type of a name that stands alone.
func primitive(text string) (iceberg.Type, bool) {
	switch text {
	case "boolean":
		return iceberg.PrimitiveTypes.Bool, true
	case "int":
		return iceberg.PrimitiveTypes.Int32, true
	case "long":
		return iceberg.PrimitiveTypes.Int64, true
	case "float":
		return iceberg.PrimitiveTypes.Float32, true
	case "double":
		return iceberg.PrimitiveTypes.Float64, true
	case "date":
		return iceberg.PrimitiveTypes.Date, true
	case "time":
		return iceberg.PrimitiveTypes.Time, true
	case "timestamp":
		return iceberg.PrimitiveTypes.Timestamp, true
	case "timestamptz":
		return iceberg.PrimitiveTypes.TimestampTz, true
	case "string":
		return iceberg.PrimitiveTypes.String, true
	case "binary":
		return iceberg.PrimitiveTypes.Binary, true
	}
	return nil, false
}

const maxTypeDepth = 32

// parseType reads a type's text; nextID gives the fields inside of it their
// ids.
func parseType(text string, nextID func() int) (iceberg.Type, error) {
	p := typeParser{rest: text, nextID: nextID}
	t, err := p.parse(0)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%q follows the type", p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("%q is no type: %w", shorten(text), err)
	}
	return t, nil
}

type typeParser struct {
	rest   string
	nextID func() int
}

func (p *typeParser) parse(depth int) (iceberg.Type, error) {
	if depth > maxTypeDepth {
		return nil, errors.New("it nests too deep")
	}
	end := strings.IndexAny(p.rest, "<(,>")
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	if t, ok := primitive(name); ok {
		return t, nil
	}
	switch {
	case name == "decimal" && p.take("("):
		return p.decimal()
	case name == "list" && p.take("<"):
		list := &iceberg.ListType{ElementID: p.nextID()}
		var err error
		if list.Element, err = p.parse(depth + 1); err != nil {
			return nil, err
		}
		return list, p.expect(">")
	case name == "map" && p.take("<"):
		return p.mapping(depth)
	case name == "struct" && p.take("<"):
		return p.structure(depth)
	}
	return nil, fmt.Errorf("unknown name %q", name)
}

func (p *typeParser) decimal() (iceberg.Type, error) {
	inside, rest, closed := strings.Cut(p.rest, ")")
	precision, scale, two := strings.Cut(inside, ",")
	digits, err := strconv.Atoi(precision)
	fraction, err2 := strconv.Atoi(scale)
	if !closed || !two || err != nil || err2 != nil || digits < 1 || digits > 38 || fraction < 0 || fraction > digits {
		return nil, errors.New("a decimal is written decimal(precision,scale), with 1 to 38 digits")
	}
	p.rest = rest
	return iceberg.DecimalTypeOf(digits, fraction), nil
}

func (p *typeParser) mapping(depth int) (iceberg.Type, error) {
	m := &iceberg.MapType{KeyID: p.nextID(), ValueID: p.nextID()}
	var err error
	if m.KeyType, err = p.parse(depth + 1); err != nil {
		return nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	if m.ValueType, err = p.parse(depth + 1); err != nil {
		return nil, err
	}
	return m, p.expect(">")
}

func (p *typeParser) structure(depth int) (iceberg.Type, error) {
	s := &iceberg.StructType{}
	seen := map[string]bool{}
	for {
		name, rest, ok := strings.Cut(p.rest, ":")
		if !ok || !parquetfile.PlainName(name) {
			return nil, fmt.Errorf("a struct's fields are written name:type, not %q", shorten(p.rest))
		}
		folded := strings.ToLower(name)
		if seen[folded] {
			return nil, fmt.Errorf("a struct has two fields of the name %q (upper and lower case count as the same)", shorten(name))
		}
		seen[folded] = true
		p.rest = rest
		field := iceberg.NestedField{ID: p.nextID(), Name: name}
		var err error
		if field.Type, err = p.parse(depth + 1); err != nil {
			return nil, err
		}
		s.FieldList = append(s.FieldList, field)
		if p.take(">") {
			return s, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

func (p *typeParser) take(sign string) bool {
	rest, ok := strings.CutPrefix(p.rest, sign)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *typeParser) expect(sign string) error {
	if !p.take(sign) {
		return fmt.Errorf("%q is missing", sign)
	}
	return nil
}

// shorten bounds a client's text in an error.
func shorten(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}

// textOf gives the text of an Iceberg type.
func textOf(t iceberg.Type) (string, error) {
	switch t := t.(type) {
	case iceberg.DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision(), t.Scale()), nil
	case *iceberg.ListType:
		element, err := textOf(t.Element)
		return "list<" + element + ">", err
	case *iceberg.MapType:
		key, err := textOf(t.KeyType)
		if err != nil {
			return "", err
		}
		value, err := textOf(t.ValueType)
		return "map<" + key + "," + value + ">", err
	case *iceberg.StructType:
		fields := make([]string, len(t.FieldList))
		for i, f := range t.FieldList {
			text, err := textOf(f.Type)
			if err != nil {
				return "", err
			}
			fields[i] = f.Name + ":" + text
		}
		return "struct<" + strings.Join(fields, ",") + ">", nil
	}
	if _, ok := primitive(t.String()); !ok {
		return "", fmt.Errorf("the type %s is not known here", t)
	}
	return t.String(), nil
}
