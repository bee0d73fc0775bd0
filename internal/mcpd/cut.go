package mcpd

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Bounds of an answer, in bytes: about 8,000 tokens of a model at most.
const (
	maxAnswer = 20_000
	maxAround = 1_000 // of it, for what stands around the rows
	maxText   = 2_000 // of one text in it
	maxNested = 300   // of one array or object in it, as JSON
	minCell   = 24    // of a cell, however many there are
)

// shortened gives a text of at most so many bytes, and says of a longer one how long it was.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… [cut: %d bytes in all]", text[:end], len(text))
}

// cell gives a value as it may stand in an answer: one that is long, as the beginning of
// its text. So a vector is never written out.
func cell(value json.RawMessage, most int) (shown any, cut bool) {
	switch {
	case len(value) == 0:
		return nil, false
	case value[0] == '"':
		if len(value) <= min(most, maxText) {
			return value, false
		}
		var text string
		if json.Unmarshal(value, &text) != nil || len(text) <= min(most, maxText) {
			return value, false
		}
		return shortened(text, min(most, maxText)), true
	case len(value) > min(most, maxNested):
		return shortened(string(value), min(most, maxNested)), true
	}
	return value, false
}
