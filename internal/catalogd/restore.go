package catalogd

import (
	"context"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// restoring gives a dropped dataset, or view, its name back, as it was dropped.
type restoring struct {
	name   catalog.Name
	of     subject // roomForDataset or roomForView
	id     string  // "": the only one
	picked string  // what it wrote to the pointer, which may be in
	answer catalog.Dataset
	view   catalog.View
}

func (c *restoring) on() subject { return c.of }

func (c *restoring) makesRoom() bool { return false }

func (c *restoring) result() any {
	if c.of == roomForView {
		return &c.view
	}
	return &c.answer
}

// restored fills the answer.
func (c *restoring) restored(p *pointer) {
	c.answer = p.Dataset
	if p.View != nil {
		c.view = viewOf(p)
	}
}

func (c *restoring) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state != nil {
		if id := p.state.Dataset.DatasetID; id == c.picked || id == c.id {
			c.restored(p.state)
			return nil, nil
		}
	}
	waiting, err := c.choose(p)
	if err != nil {
		return nil, err
	}
	was, err := e.store.droppedState(ctx, waiting)
	if err != nil {
		return nil, err
	}
	was.Left = p.base.Left
	was.Dropped = slices.DeleteFunc(slices.Clone(p.base.Dropped), func(d dropped) bool { return d.StateKey == waiting.StateKey })
	p.ledger = ledger{recent: append(slices.Clone(was.Receipts), p.base.Receipts...), refs: was.Archive}
	p.state, p.dropped = was, []string{waiting.StateKey}
	c.picked = was.Dataset.DatasetID
	c.restored(was)
	return &staged{}, nil
}

// choose finds the dataset to restore. It cannot be one whose files are being
// deleted, nor come back to a name that is in use.
func (c *restoring) choose(p *plan) (found dropped, err error) {
	var waiting []dropped
	if p.base != nil {
		for _, d := range p.base.Dropped {
			if !d.Deleting && d.View == (c.of == roomForView) && (c.id == "" || c.id == d.Dataset.DatasetID) {
				found, waiting = d, append(waiting, d)
			}
		}
	}
	if c.of == roomForView {
		return found, c.viewChosen(p, waiting)
	}
	switch {
	case len(waiting) == 0:
		return found, catalog.ErrDroppedNotFound.Errorf("no dropped dataset %s can be restored; GET /catalog/dropped names those that can", c.name).With("dataset", c.name.String())
	case p.state != nil:
		return found, catalog.ErrDatasetExists.Errorf("there is a new dataset %s; drop it or rename it, and restore then (the old one has the dataset_id %s)", c.name, found.Dataset.DatasetID).
			With("dataset", c.name.String())
	case len(waiting) > 1:
		rows := make([]catalog.Dropped, len(waiting))
		for i, d := range waiting {
			rows[i] = d.row()
		}
		return found, catalog.ErrDroppedAmbiguous.Errorf("%d datasets %s were dropped; say by dataset_id which one, the last is %s", len(waiting), c.name, found.Dataset.DatasetID).
			With("dropped", rows)
	}
	return found, nil
}

// viewChosen refuses what cannot be restored of views.
func (c *restoring) viewChosen(p *plan, waiting []dropped) error {
	switch {
	case len(waiting) == 0:
		return catalog.ErrDroppedNotFound.Errorf("no dropped view %s can be restored; GET /catalog/dropped/views names those that can", c.name).With("view", c.name.String())
	case p.state != nil:
		return catalog.ErrViewExists.Errorf("there is a new view %s; drop it, and restore then", c.name).With("view", c.name.String())
	case len(waiting) > 1:
		rows := make([]catalog.DroppedView, len(waiting))
		for i, d := range waiting {
			rows[i] = d.viewRow()
		}
		return catalog.ErrDroppedAmbiguous.Errorf("%d views %s were dropped; say by view_id which one, the last is %s", len(waiting), c.name, rows[len(rows)-1].ViewID).
			With("dropped", rows)
	}
	return nil
}

// droppedState reads the pointer of a dataset as it was dropped.
func (s *store) droppedState(ctx context.Context, d dropped) (*pointer, error) {
	data, _, err := s.read(ctx, d.StateKey)
	if err != nil {
		return nil, ownFile(d.StateKey, err)
	}
	p, err := decodePointer(data)
	if err == nil && p.Dataset.DatasetID != d.Dataset.DatasetID {
		err = fmt.Errorf("it belongs to %s", p.Dataset.DatasetID)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.StateKey, err)
	}
	return p, nil
}
