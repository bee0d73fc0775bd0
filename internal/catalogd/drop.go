package catalogd

import (
	"context"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// drop takes a dataset, or a view, from its name. The pointer as it was goes into an object of
// the dataset's folder first, and then the swap of the pointer decides: what was
// committed before it is restored with the dataset, and what comes after finds the
// name free.
type drop[T, D any] struct {
	kind[T, D]
	name   catalog.Name
	states []string // keys that it wrote; the pointer names one if the drop is in
	answer D
}

func (c *drop[T, D]) on() subject { return c.there }

func (c *drop[T, D]) makesRoom() bool { return true }

func (c *drop[T, D]) result() any { return &c.answer }

func (c *drop[T, D]) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		if p.base != nil && slices.ContainsFunc(p.base.Dropped, func(d dropped) bool { return slices.Contains(c.states, d.StateKey) }) {
			return nil, nil
		}
		return nil, c.absent(e, c.name, p.base)
	}
	was := *p.state
	was.Dropped, was.Left = nil, nil
	was.Receipts, was.Archive = p.ledger.recent, p.ledger.refs
	text, err := was.encode()
	if err != nil {
		return nil, err
	}
	gone := dropped{
		Dataset: was.Dataset, At: p.now, Until: p.now.Add(max(e.config.DropGrace.Std(), e.config.DeleteAfter.Std())),
		View:     was.View != nil,
		StateKey: catalog.MetadataPrefix(was.Dataset.DatasetID) + "dropped-" + catalog.NewID() + ".json",
	}
	c.states, c.answer = append(c.states, gone.StateKey), c.dropped(gone)
	p.state, p.ledger = vacant(c.name, p.base), ledger{}
	p.state.Dropped = append(slices.Clone(p.state.Dropped), gone)
	return &staged{blobs: []blob{{key: gone.StateKey, data: text}}}, nil
}

// dropped gives one page of the datasets that can be restored.
func (e *engine) dropped(ctx context.Context, from amongDropped, limit int) (page catalog.DroppedList, err error) {
	page.Datasets, page.NextCursor, err = restorable(ctx, e, datasets(), from, limit)
	return page, err
}

// droppedViews gives such a page of views.
func (e *engine) droppedViews(ctx context.Context, from amongDropped, limit int) (page catalog.DroppedViews, err error) {
	page.Views, page.NextCursor, err = restorable(ctx, e, views(), from, limit)
	return page, err
}
