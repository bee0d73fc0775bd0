package wire

import (
	"bytes"
	"encoding/json"
)

// duplicateKey looks for an object in doc that has a key twice; encoding/json
// would let the last value win in silence. doc is valid JSON.
//
// It reads the bytes instead of the decoder's tokens, which would copy every
// string: most of a large body is one.
func duplicateKey(doc []byte) (key string, found bool) {
	var open []map[string]bool // the keys of each object around; nil for an array
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '{':
			open = append(open, map[string]bool{})
		case '[':
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			text := stringAt(doc[i:])
			i += len(text) - 1
			if rest := bytes.TrimLeft(doc[i+1:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' {
				continue // a value
			}
			key, keys := unquote(text), open[len(open)-1]
			if keys[key] {
				return key, true
			}
			keys[key] = true
		}
	}
	return "", false
}

// stringAt gives the JSON string that doc begins with, quotes and all; all of doc where it
// does not end.
func stringAt(doc []byte) []byte {
	for end := 1; ; end++ {
		next := bytes.IndexByte(doc[end:], '"')
		if next < 0 {
			return doc
		}
		end += next
		before := doc[1:end]
		escapes := len(before) - len(bytes.TrimRight(before, `\`))
		if escapes%2 == 0 {
			return doc[:end+1]
		}
	}
}

func unquote(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var s string
	_ = json.Unmarshal(text, &s) // it is valid
	return s
}
