package catalogd

import (
	"context"
	"errors"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const deleteDroppedEvery = time.Minute

// deleteDueDropped deletes the files of dropped datasets whose time is over. It asks
// storage for the time too before it deletes anything, and goes by the clock that
// spares more.
func (e *engine) deleteDueDropped(ctx context.Context, now time.Time) {
	if !e.anyDroppedDue(now) {
		return
	}
	clock, err := e.store.now(ctx)
	if err != nil {
		e.log.Warn("dropped datasets wait to be deleted, and storage does not say what time it is; tried again", "error", err)
		return
	}
	if clock.Before(now) {
		now = clock
	}
	e.deleteDroppedOnce(ctx, now)
}

func (e *engine) anyDroppedDue(now time.Time) bool {
	return slices.ContainsFunc(e.dir.withDropped(catalog.Name{}), func(n catalog.Name) bool {
		ds := e.dir.find(n)
		if ds == nil {
			return false
		}
		defer e.dir.release(ds)
		return slices.ContainsFunc(ds.head.Load().Dropped, func(d dropped) bool { return !now.Before(d.Until) })
	})
}

func (e *engine) deleteDroppedOnce(ctx context.Context, now time.Time) {
	for _, n := range e.dir.withDropped(catalog.Name{}) {
		ds := e.dir.find(n)
		if ds == nil {
			continue
		}
		for _, d := range ds.head.Load().Dropped {
			if now.Before(d.Until) {
				continue
			}
			err := e.deleteFolder(ctx, n, d)
			if err != nil && !errors.Is(err, context.Canceled) {
				e.log.Warn("a dropped dataset could not be deleted; tried again", "dataset", n.String(), "dataset_id", d.Dataset.DatasetID, "error", err)
			}
		}
		e.dir.release(ds)
	}
}

// deleteFolder deletes all that a dropped dataset had. The pointer says first that
// it is being deleted, from where on it cannot be restored, and is told last that
// nothing is left: so whoever finds it half done goes on.
func (e *engine) deleteFolder(ctx context.Context, n catalog.Name, d dropped) error {
	id := d.Dataset.DatasetID
	mark := &forgetting{id: id}
	if err := e.forget(ctx, n, mark); err != nil || !mark.found {
		return err // restored meanwhile, or another catalogd was faster
	}
	gone, err := e.store.DeleteUnder(ctx, datasetsPrefix+id+"/")
	e.metrics.removed.WithLabelValues(removedDropped).Add(float64(gone.Objects))
	if err != nil {
		return err
	}
	if err := e.forget(ctx, n, &forgetting{id: id, emptied: true}); err != nil {
		return err
	}
	e.log.Info("a dropped dataset was deleted, its time to be restored was over", "dataset", n.String(), "dataset_id", id,
		"dropped_at", d.At, "objects", gone.Objects, "bytes", gone.Bytes)
	return nil
}

func (e *engine) forget(ctx context.Context, n catalog.Name, c *forgetting) error {
	ed, err := newEdit("delete_dropped", c, "")
	if err != nil {
		return err
	}
	_, err = e.edit(ctx, n, ed)
	return err
}

// forgetting says of a dropped dataset that its files are being deleted, or that
// they are.
type forgetting struct {
	id      string
	emptied bool
	found   bool
}

func (c *forgetting) on() subject { return anything }

func (c *forgetting) makesRoom() bool { return true }

func (c *forgetting) result() any { return &c.id }

func (c *forgetting) apply(_ context.Context, _ *engine, p *plan) (*staged, error) {
	d, found := p.base.droppedWith(c.id)
	if c.found = found; !found || !c.emptied && d.Deleting {
		return nil, nil
	}
	st := &staged{}
	if p.state == nil {
		p.state = vacant(catalog.Name{Namespace: p.base.Dataset.Namespace, Name: p.base.Dataset.Name}, p.base)
	} else {
		st.table = p.before
	}
	at := slices.IndexFunc(p.state.Dropped, func(d dropped) bool { return d.Dataset.DatasetID == c.id })
	if p.state.Dropped = slices.Clone(p.state.Dropped); c.emptied {
		p.state.Dropped = slices.Delete(p.state.Dropped, at, at+1)
		p.state.leave(departed{DatasetID: c.id, At: p.now})
	} else {
		p.state.Dropped[at].Deleting = true
	}
	return st, nil
}
