package catalogd

import (
	"context"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// restoring gives a dropped dataset, or view, its name back, as it was dropped.
type restoring[T, D any] struct {
	kind[T, D]
	name   catalog.Name
	id     string // "": the only one
	picked string // what it wrote to the pointer, which may be in
	answer T
}

func (c *restoring[T, D]) on() subject { return c.room }

func (c *restoring[T, D]) makesRoom() bool { return false }

func (c *restoring[T, D]) result() any { return &c.answer }

func (c *restoring[T, D]) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state != nil {
		if id := p.state.Dataset.DatasetID; id == c.picked || id == c.id {
			c.answer = c.restored(p.state)
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
	c.answer = c.restored(was)
	return &staged{}, nil
}

// choose finds what to restore. It cannot be one whose files are being deleted, nor come
// back to a name that is in use.
func (c *restoring[T, D]) choose(p *plan) (found dropped, err error) {
	rows := []D{}
	if p.base != nil {
		for _, d := range p.base.Dropped {
			if !d.Deleting && c.has(d) && (c.id == "" || c.id == d.Dataset.DatasetID) {
				found, rows = d, append(rows, c.dropped(d))
			}
		}
	}
	switch {
	case len(rows) == 0:
		return found, catalog.ErrDroppedNotFound.Errorf("no dropped %s %s can be restored; GET %s names those that can", c.noun, c.name, c.waiting).With(c.noun, c.name.String())
	case p.state != nil:
		return found, c.exists.Errorf("there is a new %s %s; %s, and restore then (the old one has the %s %s)", c.noun, c.name, c.giveWay, c.idParam(), found.Dataset.DatasetID).
			With(c.noun, c.name.String())
	case len(rows) > 1:
		return found, catalog.ErrDroppedAmbiguous.Errorf("%d %ss %s were dropped; say by %s which one, the last is %s", len(rows), c.noun, c.name, c.idParam(), found.Dataset.DatasetID).
			With("dropped", rows)
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
