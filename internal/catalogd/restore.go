package catalogd

import (
	"context"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// restoring gives a dropped dataset its name back, as it was dropped.
type restoring struct {
	name   catalog.Name
	id     string // "": the only one
	picked string // what it wrote to the pointer, which may be in
	answer catalog.Dataset
}

func (c *restoring) result() any { return &c.answer }

func (c *restoring) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state != nil {
		if id := p.state.Dataset.DatasetID; id == c.picked || id == c.id {
			c.answer = p.state.Dataset
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
	c.picked, c.answer = was.Dataset.DatasetID, was.Dataset
	return &staged{}, nil
}

// choose finds the dataset to restore. It cannot be one whose files are being
// deleted, nor come back to a name that is in use.
func (c *restoring) choose(p *plan) (found dropped, err error) {
	var waiting []catalog.Dropped
	if p.base != nil {
		for _, d := range p.base.Dropped {
			if !d.Deleting && (c.id == "" || c.id == d.Dataset.DatasetID) {
				found, waiting = d, append(waiting, d.row())
			}
		}
	}
	switch {
	case len(waiting) == 0:
		return found, catalog.ErrDroppedNotFound.Errorf("no dropped dataset %s can be restored; GET /catalog/dropped names those that can", c.name).With("dataset", c.name.String())
	case p.state != nil:
		return found, catalog.ErrDatasetExists.Errorf("there is a new dataset %s; drop it or rename it, and restore then (the old one has the dataset_id %s)", c.name, found.Dataset.DatasetID).
			With("dataset", c.name.String())
	case len(waiting) > 1:
		return found, catalog.ErrDroppedAmbiguous.Errorf("%d datasets %s were dropped; say by dataset_id which one, the last is %s", len(waiting), c.name, found.Dataset.DatasetID).
			With("dropped", waiting)
	}
	return found, nil
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
