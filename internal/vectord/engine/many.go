package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// BatchError says which query of a batch cannot be answered, and why.
type BatchError struct {
	Query int // from 0
	Err   error
}

func (e *BatchError) Error() string { return fmt.Sprintf("query %d: %v", e.Query, e.Err) }
func (e *BatchError) Unwrap() error { return e.Err }

// SearchMany answers queries by so many goroutines, each as Search would. Its error is
// the context's, or a [BatchError] about the first query that has one; then there are no
// hits.
func (x *Index) SearchMany(ctx context.Context, queries []Query, workers int) ([][]Hit, error) {
	found := make([][]Hit, len(queries))
	errs := make([]error, len(queries))
	var next atomic.Int64
	var failed atomic.Bool
	var group sync.WaitGroup
	for range max(1, min(workers, len(queries))) {
		group.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				// In order: those before one that fails have been begun, and end.
				i := int(next.Add(1)) - 1
				if i >= len(queries) {
					return
				}
				if found[i], errs[i] = x.Search(queries[i]); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, &BatchError{i, err}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return found, nil
}
