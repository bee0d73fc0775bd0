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
type drop struct {
	name   catalog.Name
	of     subject
	states []string // keys that it wrote; the pointer names one if the drop is in
	answer catalog.Dropped
	view   catalog.DroppedView
}

func (c *drop) on() subject { return c.of }

func (c *drop) makesRoom() bool { return true }

func (c *drop) result() any {
	if c.of == aView {
		return &c.view
	}
	return &c.answer
}

func (c *drop) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		if p.base != nil && slices.ContainsFunc(p.base.Dropped, func(d dropped) bool { return slices.Contains(c.states, d.StateKey) }) {
			return nil, nil
		}
		return nil, e.absentOf(c.of, c.name, p.base)
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
		StateKey: metadataPrefix(was.Dataset.DatasetID) + "dropped-" + catalog.NewID() + ".json",
	}
	c.states, c.answer, c.view = append(c.states, gone.StateKey), gone.row(), gone.viewRow()
	p.state, p.ledger = vacant(c.name, p.base), ledger{}
	p.state.Dropped = append(slices.Clone(p.state.Dropped), gone)
	return &staged{blobs: []blob{{key: gone.StateKey, data: text}}}, nil
}

func (d dropped) row() catalog.Dropped {
	return catalog.Dropped{
		Name: d.Dataset.Name, Namespace: d.Dataset.Namespace, DatasetID: d.Dataset.DatasetID, Version: d.Dataset.Version,
		Rows: d.Dataset.Rows, Bytes: d.Dataset.Bytes, Files: d.Dataset.Files, DroppedAt: d.At, RestorableUntil: d.Until,
	}
}

func (d dropped) viewRow() catalog.DroppedView {
	return catalog.DroppedView{
		Name: d.Dataset.Name, Namespace: d.Dataset.Namespace, ViewID: d.Dataset.DatasetID, Version: d.Dataset.Version,
		DroppedAt: d.At, RestorableUntil: d.Until,
	}
}

// dropped gives one page of the datasets that can be restored: those after the
// dataset id of a name.
func (e *engine) dropped(ctx context.Context, after catalog.Name, id string, limit int) (page catalog.DroppedList, err error) {
	page.Datasets = []catalog.Dropped{}
	found, next, err := e.droppedPage(ctx, false, after, id, limit)
	for _, d := range found {
		page.Datasets = append(page.Datasets, d.row())
	}
	page.NextCursor = next
	return page, err
}

// droppedViews gives such a page of views.
func (e *engine) droppedViews(ctx context.Context, after catalog.Name, id string, limit int) (page catalog.DroppedViews, err error) {
	page.Views = []catalog.DroppedView{}
	found, next, err := e.droppedPage(ctx, true, after, id, limit)
	for _, d := range found {
		page.Views = append(page.Views, d.viewRow())
	}
	page.NextCursor = next
	return page, err
}

func (e *engine) droppedPage(ctx context.Context, views bool, after catalog.Name, id string, limit int) (page []dropped, next *string, err error) {
	if e.config.Shared {
		if err := e.load(ctx); err != nil {
			return nil, nil, err
		}
	}
	for _, n := range e.dir.withDropped(after) {
		ds := e.dir.find(n)
		if ds == nil {
			continue
		}
		waiting := ds.head.Load().Dropped
		e.dir.release(ds)
		if at := slices.IndexFunc(waiting, func(d dropped) bool { return d.Dataset.DatasetID == id }); n == after && at >= 0 {
			waiting = waiting[at+1:]
		}
		for _, d := range waiting {
			if d.Deleting || d.View != views {
				continue
			}
			if len(page) == limit {
				last := page[limit-1].Dataset
				cursor := last.Namespace + "." + last.Name + "/" + last.DatasetID
				return page, &cursor, nil
			}
			page = append(page, d)
		}
	}
	return page, nil, nil
}
