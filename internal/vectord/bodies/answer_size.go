package bodies

import (
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// What of an answer is about how large as JSON, in bytes.
const (
	resultBytes = 64 // a result without its id, metadata and vector
	numberBytes = 12
)

// CheckSearch refuses a search by so many vectors whose answer would have more than most
// bytes, as far as that can be told beforehand.
func CheckSearch(q engine.Query, vectors int, e *engine.Index, most int64) error {
	results := int64(max(1, vectors)) * int64(q.K)
	if results > vector.MaxResults {
		return vector.ErrAnswerTooLarge.Errorf("%d vectors with k %d are %d results; ask for at most %d at once", vectors, q.K, results, vector.MaxResults).With("limit", vector.MaxResults)
	}
	if !q.WithVector {
		return nil
	}
	found := int64(max(1, vectors)) * int64(min(q.K, e.Len()))
	return within(found*int64(e.Config().Dimension)*numberBytes, most)
}

// Check refuses an answer that would have more than most bytes, before it is made.
func (f Found) Check(most int64) error {
	size := int64(0)
	for _, hits := range f.Lists {
		for _, hit := range hits {
			size += int64(resultBytes + len(hit.ID) + len(hit.Metadata) + numberBytes*len(hit.Vector))
		}
	}
	return within(size, most)
}

func within(size, most int64) error {
	if size <= most {
		return nil
	}
	return vector.ErrAnswerTooLarge.Errorf("the answer would have some %d bytes, and may have %d: search for fewer vectors at once, or set k lower, with_metadata or with_vector to false", size, most).
		With("limit", most)
}
