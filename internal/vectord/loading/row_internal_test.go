package loading

import (
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A row that is no item names what it lacks, and what it has.
func TestARowWithoutAnID(t *testing.T) {
	for row, says := range map[string]string{
		`{"cid":"a","emb":[1],"city":"x"}`: `no id in the column "id"; name the column of ids by id_column, and leave rows without one out; there are cid, city, emb`,
		`{"id":"a","emb":[1]}`:             `no vector in the column "vector"; name the column by vector_column, and leave rows without one out; there are emb, id`,
		`{"id":"a","text":"x"}`:            `no vector in the column "vector", and none is made of the text in the column "text", since the index has no model; name the column of vectors by vector_column, or load into an index with a model; there are id, text`,
	} {
		if _, err := rowOf([]byte(row), vector.NewLoad{}, columns{}, false); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", row, err, says)
		}
	}
}
