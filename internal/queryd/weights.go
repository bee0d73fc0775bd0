package queryd

import (
	"crypto/sha256"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/lru"
)

// What is taken beside the bytes of texts, about.
const (
	answerOverhead = lru.Overhead + 2*sha256.Size + 128
	textOverhead   = lru.Overhead + 192
	readOverhead   = 80 // of a version that was read
	tableOverhead  = 56 // of a table that a statement names
)

// answerBytes is what an answer takes in memory: with its statement's text, which may be
// longer than it is, and with what it read.
func answerBytes(_ resultKey, c cached) int64 {
	n := answerOverhead + len(c.body) + len(c.truncated) + len(c.sql)
	for _, v := range c.read {
		n += readOverhead + len(v.name.Namespace) + len(v.name.Name) + len(v.id)
	}
	return int64(n)
}

// textBytes is what a statement's text takes, with what is known of it.
func textBytes(sql string, s *duck.Statement) int64 {
	n := textOverhead + len(sql) + tableOverhead*cap(s.Tables)
	for _, table := range s.Tables {
		n += len(table.Schema) + len(table.Name)
	}
	return int64(n)
}
