package main

import (
	"runtime"
	"slices"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// neighbour is a vector's number with its scalar product with a query.
type neighbour struct {
	id  int
	dot float32
}

// truth looks at every vector that is allowed (nil: at all) and gives the k nearest of
// each query, the nearest first.
func truth(base []float32, queries [][]float32, dim, k int, allowed func(id int) bool) [][]int {
	found := make([][]int, len(queries))
	workers := min(runtime.NumCPU(), len(queries))
	var group sync.WaitGroup
	for worker := range workers {
		from, to := len(queries)*worker/workers, len(queries)*(worker+1)/workers
		group.Go(func() { copy(found[from:to], nearest(base, queries[from:to], dim, k, allowed)) })
	}
	group.Wait()
	return found
}

// nearest compares all queries with some vectors at a time, which stay in the cache.
func nearest(base []float32, queries [][]float32, dim, k int, allowed func(id int) bool) [][]int {
	const part = 256
	kernels := simd.Best()
	best := make([][]neighbour, len(queries))
	dots := make([]float32, part)
	first := 0
	for block := range slices.Chunk(base, part*dim) {
		n := len(block) / dim
		for q, query := range queries {
			kernels.DotRange(query, block, dots[:n])
			for i, dot := range dots[:n] {
				full := len(best[q]) == k
				if full && dot <= best[q][k-1].dot || allowed != nil && !allowed(first+i) {
					continue
				}
				if full {
					best[q] = best[q][:k-1]
				}
				at, _ := slices.BinarySearchFunc(best[q], dot, func(n neighbour, dot float32) int {
					if n.dot >= dot {
						return -1
					}
					return 1
				})
				best[q] = slices.Insert(best[q], at, neighbour{first + i, dot})
			}
		}
		first += n
	}
	found := make([][]int, len(queries))
	for q := range best {
		for _, n := range best[q] {
			found[q] = append(found[q], n.id)
		}
	}
	return found
}

// recall is the part of the true neighbours that were found, and short how many
// queries got fewer answers than there are. Numbers below zero are no answers.
func recall(found, truth [][]int) (part float64, short int) {
	hits, all := 0, 0
	for q, list := range truth {
		answers := 0
		for _, id := range found[q] {
			if id >= 0 {
				answers++
			}
			if slices.Contains(list, id) {
				hits++
			}
		}
		if answers < len(list) {
			short++
		}
		all += len(list)
	}
	return float64(hits) / float64(max(all, 1)), short
}
