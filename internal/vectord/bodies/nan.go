package bodies

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// notFinite tells of a body that is no JSON since a number of a vector is written as NaN or
// as infinity, which Python's json does: where it is, as of any number that cannot be. Of
// every other body it returns nil.
func notFinite(body []byte, err error) error {
	syntax, is := errors.AsType[*jsontext.SyntacticError](err)
	if !is || syntax.ByteOffset > int64(len(body)) {
		return nil
	}
	written := ""
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(body[syntax.ByteOffset:], []byte(word)) || word == "-Infinity" && bytes.HasPrefix(body[max(0, syntax.ByteOffset-1):], []byte(word)) {
			written = word
		}
	}
	if written == "" {
		return nil
	}
	var steps []string
	for step := range syntax.JSONPointer.Tokens() {
		steps = append(steps, step)
	}
	place := func(i int) int { n, _ := strconv.Atoi(steps[i]); return n }
	const words = "number %d of the vector is %s, which JSON does not have; all have to be finite"
	switch {
	case len(steps) == 4 && steps[0] == "items" && steps[2] == "vector":
		return vector.ErrBadVector.Errorf("item %d: "+words+"; nothing of the batch was applied", place(1), place(3)+1, written).With("item", place(1))
	case len(steps) == 3 && steps[0] == "vectors":
		return vector.ErrBadVector.Errorf("query %d: "+words, place(1), place(2)+1, written).With("query", place(1))
	case len(steps) == 2 && steps[0] == "vector":
		return vector.ErrBadVector.Errorf(words, place(1)+1, written)
	}
	return nil
}
