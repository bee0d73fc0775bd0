package metadata

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Filter says which items are wanted:
//
//	{"city": "Austin"}                          the field has this value
//	{"rate": {"gte": 30, "lt": 45}}             and gt, lte
//	{"city": {"in": ["Austin", "Waco"]}}        one of these
//	{"agency": {"exists": false}}               nothing under this name
//	{"and": [...]}, {"or": [...]}, {"not": {...}}
//
// All that stands in one object has to hold.
type Filter struct {
	test  node
	bytes int
}

// node is a part of a filter.
type node interface{ match(*Store) (set, error) }

type (
	every []node
	some  []node
	no    struct{ node }
	oneOf struct {
		field  string
		values []value
	}
	within struct {
		field  string
		bounds bounds
	}
	exists struct {
		field string
		want  bool
	}
)

const maxFilterDepth = 32

// FilterError tells what a filter may not say.
type FilterError struct{ Reason string }

func (e *FilterError) Error() string { return "filter: " + e.Reason }

func wrong(format string, args ...any) error { return &FilterError{fmt.Sprintf(format, args...)} }

// ParseFilter reads a filter. Its errors are [FilterError].
func ParseFilter(raw []byte) (Filter, error) {
	if len(raw) > MaxFilterBytes {
		return Filter{}, wrong("it has %d bytes; it may have %d", len(raw), MaxFilterBytes)
	}
	if manyValues(raw) {
		return Filter{}, wrong("it has over %d values; it may have so many, objects and arrays too: ask in parts, or by a range", MaxFilterValues)
	}
	x, err := decode(raw)
	if err != nil {
		return Filter{}, wrong("it is not JSON: %v", err)
	}
	test, err := parse(x, 0)
	return Filter{test, len(raw)}, err
}

// Bytes are those of the filter's JSON.
func (f Filter) Bytes() int64 { return int64(f.bytes) }

// Fields gives the names that a filter says something of, in order.
func (f Filter) Fields() []string {
	names := map[string]bool{}
	name(f.test, names)
	return slices.Sorted(maps.Keys(names))
}

func name(n node, names map[string]bool) {
	switch n := n.(type) {
	case every:
		for _, part := range n {
			name(part, names)
		}
	case some:
		for _, part := range n {
			name(part, names)
		}
	case no:
		name(n.node, names)
	case oneOf:
		names[n.field] = true
	case within:
		names[n.field] = true
	case exists:
		names[n.field] = true
	}
}

// parse reads an object of conditions.
func parse(x any, depth int) (node, error) {
	object, ok := x.(map[string]any)
	switch {
	case !ok:
		return nil, wrong(`%s stands where an object is to be, as {"city": "Austin"}`, typeName(x))
	case depth > maxFilterDepth:
		return nil, wrong("it is nested more than %d deep", maxFilterDepth)
	}
	var all every
	for _, key := range slices.Sorted(maps.Keys(object)) {
		test, err := parseKey(key, object[key], depth)
		if err != nil {
			return nil, err
		}
		all = append(all, test)
	}
	return all, nil
}

func parseKey(key string, x any, depth int) (node, error) {
	switch key {
	case "and", "or":
		list, ok := x.([]any)
		if !ok {
			return nil, wrong("%q needs an array of filters, and has %s", key, typeName(x))
		}
		var parts []node
		for _, inner := range list {
			part, err := parse(inner, depth+1)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
		if key == "and" {
			return every(parts), nil
		}
		return some(parts), nil
	case "not":
		inner, err := parse(x, depth+1)
		return no{inner}, err
	}
	if conditions, ok := x.(map[string]any); ok {
		return parseConditions(key, conditions)
	}
	v, err := valueOf(x)
	if _, number := x.(json.Number); (number || x == nil) && err != nil {
		return nil, wrong("%s: %v", key, err)
	}
	if err != nil {
		return nil, wrong(`%s: %v; a field is compared with one, or with an object as {"in": [...]}, {"gte": 1}, {"exists": true}`, key, err)
	}
	return oneOf{key, []value{v}}, nil
}

// parseConditions reads what has to hold of a field.
func parseConditions(field string, conditions map[string]any) (node, error) {
	var all every
	var b bounds
	ends := map[string]**value{"gt": &b.gt, "gte": &b.gte, "lt": &b.lt, "lte": &b.lte}
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		x := conditions[operator]
		switch {
		case ends[operator] != nil:
			v, err := valueOf(x)
			if err != nil {
				return nil, wrong("%s %s: %v", field, operator, err)
			}
			if other := b.any(); other != nil && other.kind.sort() != v.kind.sort() {
				return nil, wrong("%s: the ends of a range are of two kinds", field)
			}
			*ends[operator] = &v
		case operator == "in":
			values, err := parseIn(field, x)
			if err != nil {
				return nil, err
			}
			all = append(all, oneOf{field, values})
		case operator == "exists":
			want, ok := x.(bool)
			if !ok {
				return nil, wrong("%s exists: true or false is to follow, not %s", field, typeName(x))
			}
			all = append(all, exists{field, want})
		default:
			return nil, wrong("%s: there is no %q; there are in, gt, gte, lt, lte, exists; what stands in an object is asked for as %q", field, operator, field+"."+operator)
		}
	}
	if b.any() != nil {
		all = append(all, within{field, b})
	}
	if len(all) == 0 {
		return nil, wrong("%s: {} says nothing; use {\"exists\": true} for any value", field)
	}
	return all, nil
}

func parseIn(field string, x any) ([]value, error) {
	list, ok := x.([]any)
	if !ok {
		return nil, wrong("%s in: an array is to follow, not %s", field, typeName(x))
	}
	values := make([]value, len(list))
	for i, inner := range list {
		v, err := valueOf(inner)
		if err != nil {
			return nil, wrong("%s in: %v", field, err)
		}
		values[i] = v
	}
	return values, nil
}

// UnknownFieldError says that no item has a field of that name, nor had since the store
// was made.
type UnknownFieldError struct {
	Field  string
	Known  []string // some of the fields that items have now, in order
	Inside string   // one of them that is in objects of that name; "": there is none
}

func (e *UnknownFieldError) Error() string {
	if e.Inside != "" {
		return fmt.Sprintf("filter: what items have under %q are objects; ask for what is in them, as %q", e.Field, e.Inside)
	}
	if len(e.Known) == 0 {
		return fmt.Sprintf("filter: no item has a field %q, nor any other one", e.Field)
	}
	return fmt.Sprintf("filter: no item has a field %q; there are %s", e.Field, strings.Join(e.Known, ", "))
}
