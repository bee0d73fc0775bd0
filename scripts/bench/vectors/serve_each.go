package main

import (
	"context"
	"slices"
	"time"

	vectors "git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// each asks the queries one by one, or so many at once, and says what each time took.
func (s *server) each(r request) (answer, error) {
	list, err := read[float32](r.Path)
	if err != nil {
		return answer{}, err
	}
	var queries []vectors.Query
	for _, v := range rows(list, s.index.Config().Dimension) {
		queries = append(queries, vectors.Query{Vector: v, K: r.K, Ef: r.Ef, WithMetadata: true})
	}
	var found [][]vectors.Hit
	var each []float64
	took, err := timed(func() error {
		for part := range slices.Chunk(queries, max(1, r.Batch)) {
			start := time.Now()
			hits, err := s.index.SearchMany(context.Background(), part, r.Threads)
			if err != nil {
				return err
			}
			each = append(each, time.Since(start).Seconds())
			found = append(found, hits...)
		}
		return nil
	})
	took.Each, took.IDs = each, numbers(found)
	return took, err
}
