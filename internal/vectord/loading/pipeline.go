package loading

import (
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
)

// pipeline puts batches into an index in their order. One with texts stays ahead while rows
// are read on and its vectors are made; it is put in while those of the next one are.
type pipeline struct {
	open     *durable.Index
	tally    *tally
	admit    func(items []engine.Item, dimension int) error
	embedder *texts.Embedder
	maker    texts.Maker     // of the vectors of texts; without a model there are none
	making   context.Context // of changes: one that is begun is waited for, also when the load is cancelled
	changes  uint64          // that were made of the index

	ahead *batch // whose vectors are being made, if there is one
}

// push takes a batch, and puts in the one before it, unless the load has ended. Vectors are
// made of one batch at a time.
func (p *pipeline) push(ctx context.Context, b *batch) error {
	before := p.ahead
	if before != nil {
		<-before.made
	}
	if len(b.items) == 0 {
		return p.drain(ctx)
	}
	if err := p.admit(b.items, p.maker.Dimension); err != nil {
		return problems.Of(err)
	}
	p.ahead = b
	go p.make(ctx, b)
	if err := p.apply(ctx, before); err != nil || len(b.texts) > 0 {
		return err
	}
	return p.drain(ctx)
}

// drain puts in the batch that is ahead, if there is one, unless the load has ended.
func (p *pipeline) drain(ctx context.Context) error {
	b := p.ahead
	p.ahead = nil
	return p.apply(ctx, b)
}

// has tells whether an id is in the batch that is ahead: what the index holds of it is not
// what it will.
func (p *pipeline) has(id string) bool { return p.ahead != nil && p.ahead.ids[id] }

// wait waits, when the context of the pipeline has ended, until nothing is under way any more.
func (p *pipeline) wait() {
	if p.ahead != nil {
		<-p.ahead.made
	}
}

// make makes the vectors of a batch.
func (p *pipeline) make(ctx context.Context, b *batch) {
	defer close(b.made)
	vectors, truncated, err := p.embedder.Documents(ctx, p.maker, b.texts)
	b.truncated, b.err = truncated, err
	for i, at := range b.bare {
		b.items[at].Vector = vectors[i]
	}
	if wrong, is := errors.AsType[*texts.TextError](b.err); is {
		at := b.bare[wrong.Text]
		item := &engine.ItemError{Item: at, ID: b.items[at].ID, Err: wrong}
		b.err = problems.Item(item, fmt.Sprintf("the row with the id %q: %v", item.ID, wrong))
	}
}

// apply puts a batch in, if there is one, when its vectors are made.
func (p *pipeline) apply(ctx context.Context, b *batch) error {
	if b == nil {
		return nil
	}
	<-b.made
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.err != nil {
		return problems.Of(b.err)
	}
	p.tally.mayAdd(p.open, b.items, b.truncated)
	added, err := p.open.Add(p.making, b.items)
	if err != nil {
		return problems.Of(err)
	}
	p.changes++
	p.tally.added(added)
	return nil
}
