package minilm

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// Embed gives the vectors of texts, end to end, and which texts were cut. The only error
// is that of the context, which is looked at before each batch.
func (m *Model) Embed(ctx context.Context, texts []string) (vectors []float32, truncated []bool, err error) {
	ids, ends, truncated := m.read(texts)
	vectors = make([]float32, len(texts)*Dimension)
	batches := batched(ends)
	var next atomic.Int64
	work := func() error {
		for {
			at := int(next.Add(1)) - 1
			if at >= len(batches) {
				return nil
			}
			if err := m.embedBatch(ctx, batches[at], ids, ends, vectors); err != nil {
				return err
			}
		}
	}
	if err := together(min(len(batches), cap(m.scratch)), work); err != nil {
		return nil, nil, err
	}
	return vectors, truncated, nil
}

// read gives the texts' tokens, end to end, and where those of each text end.
func (m *Model) read(texts []string) (ids []int32, ends []int, truncated []bool) {
	ends, truncated = make([]int, len(texts)), make([]bool, len(texts))
	for i, text := range texts {
		ids = slices.Grow(ids, MaxTokens)
		ids, truncated[i] = m.tokens.Append(ids, text, MaxTokens)
		ends[i] = len(ids)
	}
	return ids, ends, truncated
}

// batched divides texts, named by their numbers, into batches of at most MaxTokens tokens,
// of long texts first: so those at work end at nearly the same time.
func batched(ends []int) [][]int {
	order := make([]int, len(ends))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(length(ends, b), length(ends, a)) })
	var batches [][]int
	from, tokens := 0, 0
	for at, text := range order {
		if tokens += length(ends, text); tokens > MaxTokens {
			batches = append(batches, order[from:at])
			from, tokens = at, length(ends, text)
		}
	}
	if from < len(order) {
		batches = append(batches, order[from:])
	}
	return batches
}

// length is how many tokens a text has.
func length(ends []int, text int) int { return ends[text] - start(ends, text) }

// start is where a text's tokens begin.
func start(ends []int, text int) int {
	if text == 0 {
		return 0
	}
	return ends[text-1]
}

// embedBatch waits for scratch and writes the vectors of a batch's texts.
func (m *Model) embedBatch(ctx context.Context, batch []int, ids []int32, ends []int, vectors []float32) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case s := <-m.scratch:
		if s == nil {
			s = newScratch()
		}
		defer func() { m.scratch <- s }()
		m.forward(s, batch, ids, ends, vectors)
		return nil
	}
}

// together runs work n times at once, once of these in the caller's goroutine, and gives
// an error of one when all have ended.
func together(n int, work func() error) error {
	if n <= 1 {
		return work()
	}
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n - 1 {
		wait.Go(func() { errs[i+1] = work() })
	}
	errs[0] = work()
	wait.Wait()
	return cmp.Or(errs...)
}
