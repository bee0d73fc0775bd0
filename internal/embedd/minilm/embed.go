package minilm

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
)

// Embed gives what becomes of texts. The only error is that of the context, which is looked
// at before each batch; but a panic is one, too.
func (m *Model) Embed(ctx context.Context, texts []string) ([]embedded.Embedding, error) {
	made := make([]embedded.Embedding, len(texts))
	ids, ends := m.read(texts, made)
	var atWork errgroup.Group
	atWork.SetLimit(cap(m.scratch))
	for _, batch := range batched(ends) {
		atWork.Go(func() error { return m.embedBatch(ctx, batch, ids, ends, made) })
	}
	if err := atWork.Wait(); err != nil {
		return nil, err
	}
	return made, nil
}

// read gives the texts' tokens, end to end, and where those of each text end, and counts them.
func (m *Model) read(texts []string, made []embedded.Embedding) (ids []int32, ends []int) {
	ends = make([]int, len(texts))
	for i, text := range texts {
		from := len(ids)
		ids, made[i].Truncated = m.tokens.Append(slices.Grow(ids, MaxTokens), text, MaxTokens)
		ends[i], made[i].Tokens = len(ids), len(ids)-from
	}
	return ids, ends
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
func (m *Model) embedBatch(ctx context.Context, batch []int, ids []int32, ends []int, made []embedded.Embedding) (err error) {
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
		defer func() {
			m.scratch <- s
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		m.forward(s, batch, ids, ends, made)
		return nil
	}
}
