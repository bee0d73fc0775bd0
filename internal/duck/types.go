package duck

import (
	"fmt"
	"strconv"
	"strings"
)

// icebergTypes are the types without parameters, as DuckDB calls them.
var icebergTypes = map[string]string{
	"boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE",
	"date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMP WITH TIME ZONE",
	"timestamp_ns": "TIMESTAMP_NS", "string": "VARCHAR", "binary": "BLOB", "uuid": "UUID",
}

// TypeOf gives DuckDB's name of an Iceberg type: one of boolean, int, long,
// float, double, decimal(p,s), date, time, timestamp, timestamptz, timestamp_ns,
// string, binary, uuid, fixed[n], list<T>, map<K, V>, struct<name: T, ...>.
func TypeOf(iceberg string) (string, error) {
	p := typeParser{rest: iceberg}
	name, err := p.parse()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("%q after the type", p.rest)
	}
	if err != nil {
		return "", fmt.Errorf("type %q: %w", iceberg, err)
	}
	return name, nil
}

// typeParser reads a type from the front of rest.
type typeParser struct {
	rest  string
	depth int
}

func (p *typeParser) parse() (string, error) {
	if p.depth++; p.depth > 64 {
		return "", fmt.Errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	word := p.until("<([,>: ")
	if name, ok := icebergTypes[word]; ok {
		return name, nil
	}
	switch word {
	case "decimal":
		return p.decimal()
	case "fixed":
		if n, err := strconv.Atoi(strings.TrimSpace(p.enclosed("[", "]"))); err != nil || n < 1 {
			return "", fmt.Errorf("fixed needs a length")
		}
		return "BLOB", nil
	case "list":
		return p.list()
	case "map":
		return p.mapping()
	case "struct":
		return p.structure()
	}
	return "", fmt.Errorf("%q is no type", word)
}

func (p *typeParser) decimal() (string, error) {
	width, scale, _ := strings.Cut(p.enclosed("(", ")"), ",")
	w, errW := strconv.Atoi(strings.TrimSpace(width))
	s, errS := strconv.Atoi(strings.TrimSpace(scale))
	if errW != nil || errS != nil || w < 1 || w > 38 || s < 0 || s > w {
		return "", fmt.Errorf("decimal needs a precision of 1 to 38 and a scale up to that")
	}
	return fmt.Sprintf("DECIMAL(%d,%d)", w, s), nil
}

func (p *typeParser) list() (string, error) {
	if !p.take("<") {
		return "", fmt.Errorf("list needs <element>")
	}
	element, err := p.parse()
	if err != nil {
		return "", err
	}
	if !p.take(">") {
		return "", fmt.Errorf("list is not closed")
	}
	return element + "[]", nil
}

func (p *typeParser) mapping() (string, error) {
	if !p.take("<") {
		return "", fmt.Errorf("map needs <key, value>")
	}
	key, err := p.parse()
	if err != nil {
		return "", err
	}
	if !p.take(",") {
		return "", fmt.Errorf("map needs a value type")
	}
	value, err := p.parse()
	if err != nil {
		return "", err
	}
	if !p.take(">") {
		return "", fmt.Errorf("map is not closed")
	}
	return fmt.Sprintf("MAP(%s, %s)", key, value), nil
}

func (p *typeParser) structure() (string, error) {
	if !p.take("<") {
		return "", fmt.Errorf("struct needs <name: type, ...>")
	}
	var fields []string
	for {
		name := strings.TrimSpace(p.until(":"))
		if name == "" || strings.ContainsRune(name, 0) || !p.take(":") {
			return "", fmt.Errorf("struct needs name: type")
		}
		field, err := p.parse()
		if err != nil {
			return "", err
		}
		fields = append(fields, Identifier(name)+" "+field)
		if p.take(">") {
			return "STRUCT(" + strings.Join(fields, ", ") + ")", nil
		}
		if !p.take(",") {
			return "", fmt.Errorf("struct is not closed")
		}
	}
}

// until takes what stands before the first of stops.
func (p *typeParser) until(stops string) string {
	p.rest = strings.TrimLeft(p.rest, " ")
	n := strings.IndexAny(p.rest, stops)
	if n < 0 {
		n = len(p.rest)
	}
	word := p.rest[:n]
	p.rest = p.rest[n:]
	return word
}

// take drops the token if it comes next.
func (p *typeParser) take(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " "), token)
	if ok {
		p.rest = rest
	}
	return ok
}

// enclosed takes what stands between two tokens, "" if they do not come next.
func (p *typeParser) enclosed(open, shut string) string {
	if !p.take(open) {
		return ""
	}
	inside := p.until(shut)
	p.take(shut)
	return inside
}
