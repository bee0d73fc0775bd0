package vectord

import (
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// What of an answer is about how large as JSON, in bytes.
const (
	resultBytes = 64 // a result without its id, metadata and vector
	numberBytes = 12
)

// checkAnswer refuses a search by so many vectors whose answer would be too large, as far
// as that can be told beforehand.
func (c Config) checkAnswer(q engine.Query, vectors int, e *engine.Index) error {
	results := int64(max(1, vectors)) * int64(q.K)
	if results > vector.MaxResults {
		return vector.ErrAnswerTooLarge.Errorf("%d vectors with k %d are %d results; ask for at most %d at once", vectors, q.K, results, vector.MaxResults).With("limit", vector.MaxResults)
	}
	if !q.WithVector {
		return nil
	}
	found := int64(max(1, vectors)) * int64(min(q.K, e.Len()))
	return c.answerWithin(found * int64(e.Config().Dimension) * numberBytes)
}

// checkFound refuses an answer that would be too large, before it is made.
func (c Config) checkFound(lists [][]engine.Hit) error {
	size := int64(0)
	for _, hits := range lists {
		for _, hit := range hits {
			size += int64(resultBytes + len(hit.ID) + len(hit.Metadata) + numberBytes*len(hit.Vector))
		}
	}
	return c.answerWithin(size)
}

// countOf is how many results there are.
func countOf(lists [][]engine.Hit) (total int) {
	for _, hits := range lists {
		total += len(hits)
	}
	return total
}

func (c Config) answerWithin(size int64) error {
	if size <= c.MaxAnswerBytes {
		return nil
	}
	return vector.ErrAnswerTooLarge.Errorf("the answer would have some %d bytes, and may have %d: search for fewer vectors at once, or set k lower, with_metadata or with_vector to false", size, c.MaxAnswerBytes).
		With("limit", c.MaxAnswerBytes)
}
