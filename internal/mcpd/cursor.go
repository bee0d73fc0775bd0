package mcpd

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// cursor is where a page of a statement's result begins, and which result that is. It is
// all there is of it: nothing is kept here.
type cursor struct {
	Offset int64           `json:"o"` // rows before the page
	Before string          `json:"b"` // the sum of these
	AsOf   json.RawMessage `json:"v"` // the versions
	SQL    string          `json:"s"` // the sum of the statement
}

const sumDigits = 16 // of a SHA-256, in hex

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:sumDigits]
}

// text writes the cursor of a statement.
func (c cursor) text(sql string) *string {
	c.SQL = sumOf(strings.TrimSpace(sql))
	doc, _ := json.Marshal(c) // of numbers, texts, and what is JSON already
	text := base64.RawURLEncoding.EncodeToString(doc)
	return &text
}

// openCursor reads the cursor of a statement; "" is the beginning.
func openCursor(text, sql string) (c cursor, err error) {
	if text == "" {
		return c, nil
	}
	doc, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(doc, &c) != nil || c.Offset <= 0 || len(c.Before) != sumDigits {
		return c, errBadCursor.Errorf("the cursor is none that query_sql has given")
	}
	if c.SQL != sumOf(strings.TrimSpace(sql)) {
		return c, errBadCursor.Errorf("the cursor belongs to another statement")
	}
	return c, nil
}
