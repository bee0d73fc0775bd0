package loading

import (
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
)

// row is an item on its way into an index. Without a vector it has a text, of which that is
// made.
type row struct {
	engine.Item
	text string
}

// batch is rows that are put in together, once the vectors of their texts are made.
type batch struct {
	items []engine.Item
	texts []string
	bare  []int           // which of the items the texts are of
	ids   map[string]bool // of the items

	made      chan struct{} // closed when the vectors are
	truncated int
	err       error // why they are not
}

// next takes what waits as a batch; there may be nothing.
func (r *rows) next() *batch {
	b := &batch{ids: map[string]bool{}, made: make(chan struct{})}
	for _, row := range r.waiting {
		if row.ID == "" { // it has gone again
			continue
		}
		if row.Vector == nil {
			b.bare, b.texts = append(b.bare, len(b.items)), append(b.texts, row.text)
		}
		b.items = append(b.items, row.Item)
		b.ids[row.ID] = true
	}
	r.waiting, r.at, r.bare, r.bytes = nil, map[string]int{}, 0, 0
	return b
}

// flush puts in what waits, unless the load has ended. A batch with texts stays ahead while
// rows are read on, and the vectors of the next are made while it is put in.
func (r *rows) flush(ctx context.Context) error {
	b, before := r.next(), r.ahead
	if before != nil {
		<-before.made
	}
	if len(b.items) == 0 {
		return r.settle(ctx)
	}
	if err := r.admit(b.items, r.maker.Dimension); err != nil {
		return problems.Of(err)
	}
	go r.make(ctx, b)
	err := r.settle(ctx)
	r.ahead = b
	if err != nil || len(b.texts) > 0 {
		return err
	}
	return r.settle(ctx)
}

// make makes the vectors of a batch.
func (r *rows) make(ctx context.Context, b *batch) {
	defer close(b.made)
	vectors, truncated, err := r.embedder.Documents(ctx, r.maker, b.texts)
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

// settle puts in the batch that is ahead, if there is one, unless the load has ended.
func (r *rows) settle(ctx context.Context) error {
	b := r.ahead
	if b == nil {
		return nil
	}
	r.ahead = nil
	<-b.made
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.err != nil {
		return problems.Of(b.err)
	}
	r.tally.mayAdd(r.open, b.items, b.truncated)
	added, err := r.open.Add(r.making, b.items)
	if err != nil {
		return problems.Of(err)
	}
	r.changes++
	r.tally.added(added)
	return nil
}
