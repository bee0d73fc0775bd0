package guard

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// object is a node of the syntax tree. The accessors answer with the zero value
// where the key is missing or holds something else.
type object map[string]any

func (o object) str(key string) string {
	s, _ := o[key].(string)
	return s
}

func (o object) obj(key string) object {
	m, _ := o[key].(map[string]any)
	return m
}

func (o object) list(key string) []any {
	l, _ := o[key].([]any)
	return l
}

// position is the byte offset that the parser noted, -1 where it noted none.
func (o object) position() int { return offset(o["query_location"]) }

// offset reads a byte offset; the parser writes 2^64-1 where there is none.
func offset(v any) int {
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return -1
	}
	return int(n)
}

// decode reads the answer of json_serialize_sql. Numbers keep their digits.
func decode(tree []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(tree))
	decoder.UseNumber()
	var root map[string]any
	if err := decoder.Decode(&root); err != nil {
		return nil, refuse(-1, "the statement cannot be checked: it is nested too deeply (split it with WITH), or holds a number beyond a DOUBLE")
	}
	return root, nil
}
