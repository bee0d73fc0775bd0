package catalogd

import (
	"context"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// drop takes a dataset from its name. The pointer as it was goes into an object of
// the dataset's folder first, and then the swap of the pointer decides: what was
// committed before it is restored with the dataset, and what comes after finds the
// name free.
type drop struct {
	name   catalog.Name
	states []string // keys that it wrote; the pointer names one if the drop is in
	answer catalog.Dropped
}

func (c *drop) result() any { return &c.answer }

func (c *drop) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		if p.base != nil && slices.ContainsFunc(p.base.Dropped, func(d dropped) bool { return slices.Contains(c.states, d.StateKey) }) {
			return nil, nil
		}
		return nil, e.absent(c.name, p.base)
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
		StateKey: metadataPrefix(was.Dataset.DatasetID) + "dropped-" + catalog.NewID() + ".json",
	}
	c.states, c.answer = append(c.states, gone.StateKey), gone.row()
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

// dropped gives one page of the datasets that can be restored: those after the
// dataset id of a name.
func (e *engine) dropped(ctx context.Context, after catalog.Name, id string, limit int) (page catalog.DroppedList, err error) {
	page.Datasets = []catalog.Dropped{}
	if e.config.Shared {
		if err := e.load(ctx); err != nil {
			return page, err
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
			if d.Deleting {
				continue
			}
			if len(page.Datasets) == limit {
				last := page.Datasets[limit-1]
				cursor := last.Namespace + "." + last.Name + "/" + last.DatasetID
				page.NextCursor = &cursor
				return page, nil
			}
			page.Datasets = append(page.Datasets, d.row())
		}
	}
	return page, nil
}
