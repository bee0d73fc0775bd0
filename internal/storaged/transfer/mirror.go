package transfer

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// settle compares what the target has a pointer to. If it is the same, or a conflict, that
// settles it; else the pointers are removed, and it is to be replaced.
func (c *copier) settle(ctx context.Context, m *moving, now []storage.Object) (settled bool, err error) {
	var differs atomic.Bool
	others, err := c.beside(ctx, m.stem, now, func(ctx context.Context, source storage.Object, there *storage.Object) error {
		if there == nil {
			differs.Store(true)
			return nil
		}
		same, read, err := c.same(ctx, source, *there)
		if changed(source, read, err) || err == nil && !same {
			differs.Store(true)
			return nil
		}
		return err
	})
	switch {
	case err != nil:
		return false, err
	case !differs.Load() && len(others) == 0:
		for _, o := range now {
			c.done(o.Size)
		}
		return true, nil
	case !c.Overwrite:
		c.differs(m.stem)
		return true, nil
	}
	for _, key := range m.pointers {
		if err := c.to.Delete(ctx, key); err != nil {
			return false, err
		}
	}
	m.pointers = nil
	return false, nil
}

// mirror makes the target hold of a stem what a listing of the source has, and nothing
// else. It is not whole where an object had gone by the time it was read, or changed.
func (c *copier) mirror(ctx context.Context, m *moving, now []storage.Object) (whole bool, err error) {
	var short atomic.Bool
	others, err := c.beside(ctx, m.stem, now, func(ctx context.Context, source storage.Object, there *storage.Object) error {
		read, err := c.exactly(ctx, source, there)
		switch {
		case changed(source, read, err):
			short.Store(true)
			return nil
		case err == nil:
			c.tell(m, source)
		}
		return err
	})
	if err != nil || short.Load() {
		return false, err
	}
	for _, key := range others {
		if err := c.to.Delete(ctx, key); err != nil {
			return false, err
		}
	}
	return true, nil
}

// changed tells that an object was not there any more as it had been listed.
func changed(source storage.Object, read string, err error) bool {
	return errors.Is(err, storage.ErrObjectNotFound) || err == nil && read != source.ETag
}

// exactly makes the target hold an object, and says which version it was.
func (c *copier) exactly(ctx context.Context, source storage.Object, there *storage.Object) (read string, err error) {
	if there != nil {
		same, read, err := c.same(ctx, source, *there)
		if same || err != nil {
			return read, err
		}
	}
	stored, read, err := c.copy(ctx, source.Key, there == nil)
	if err != nil {
		return read, err
	}
	return read, c.note(source, stored, read)
}

// tell counts an object for whoever looks, once.
func (c *copier) tell(m *moving, o storage.Object) {
	c.mu.Lock()
	told := m.told[o.Key]
	m.told[o.Key] = true
	c.mu.Unlock()
	if !told && c.Done != nil {
		c.Done(o.Size)
	}
}

// beside goes through objects of a stem with what the target has under their keys, several
// at once, and gives the keys that the target has beside them.
func (c *copier) beside(ctx context.Context, stem string, now []storage.Object, do func(context.Context, storage.Object, *storage.Object) error) (others []string, err error) {
	there := map[string]storage.Object{}
	for object, err := range list(ctx, c.to, stem+"/") {
		if err != nil {
			return nil, err
		}
		if !isPointer(object.Key) && stemAt(object.Key) == stem {
			there[object.Key] = object
		}
	}
	work, working := errgroup.WithContext(ctx)
	work.SetLimit(max(c.Workers, 1))
	for _, source := range now {
		object, found := there[source.Key]
		delete(there, source.Key)
		work.Go(func() error {
			if !found {
				return do(working, source, nil)
			}
			return do(working, source, &object)
		})
	}
	for key := range there {
		others = append(others, key)
	}
	slices.Sort(others)
	return others, work.Wait()
}
