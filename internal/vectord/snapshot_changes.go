package vectord

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// takeSnapshot keeps an index as it is now. Until it is a snapshot it is condemned, so that
// nothing stays of one that breaks off.
func (r *registry) takeSnapshot(ctx context.Context, x *index, name string) (vector.Snapshot, error) {
	if !x.persisted() {
		return vector.Snapshot{}, notPersisted(x.name)
	}
	taken := r.copying.of(snapshotID(x.name, name)) // a removal of the same one waits
	if err := taken.Lock(ctx); err != nil {
		return vector.Snapshot{}, err
	}
	defer taken.Unlock()
	if err := r.snapshots.free(ctx, x.name, name); err != nil {
		return vector.Snapshot{}, err
	}
	if err := r.condemn(ctx, x.name, snapshotID(x.name, name)); err != nil {
		return vector.Snapshot{}, err
	}
	made, err := r.snapshots.take(ctx, x, name)
	r.clear(x.name, name, err == nil)
	return made, err
}

// dropSnapshot removes a snapshot, damaged or not: at first what makes it one, so that what is
// left after that is none any more, and is removed by who asks again, or by a start.
func (r *registry) dropSnapshot(ctx context.Context, index, name string) error {
	taken := r.copying.of(snapshotID(index, name))
	if err := taken.Lock(ctx); err != nil {
		return err
	}
	defer taken.Unlock()
	_, err := r.snapshots.about(ctx, index, name)
	switch {
	case errors.Is(err, vector.ErrSnapshotNotFound):
		left, clearErr := r.storage.DeleteUnder(ctx, snapshotFolder(index, name))
		if clearErr != nil || left.Objects > 0 {
			return clearErr
		}
		return err
	case err != nil && !errors.Is(err, vector.ErrSnapshotDamaged):
		return err
	}
	if err := r.condemn(ctx, index, snapshotID(index, name)); err != nil {
		return err
	}
	err = r.storage.Delete(ctx, aboutKey(index, name))
	if err == nil {
		err = r.snapshots.clear(ctx, index, name, true)
	}
	if err != nil {
		r.clear(index, name, false)
	}
	return err
}

// condemn is that of [names], as long as a client may wait, before an index or a snapshot of it
// is touched.
func (r *registry) condemn(ctx context.Context, index, id string) error {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	if err := r.names.condemn(ctx, id); err != nil {
		return notMade(index, err)
	}
	return nil
}

// clear removes in the background what is left of a snapshot that is none.
func (r *registry) clear(index, name string, orderly bool) {
	gone := r.leaves(index)
	r.background.Go(func() {
		r.remove(gone, func(ctx context.Context) error {
			taken := r.copying.of(snapshotID(index, name))
			if err := taken.Lock(ctx); err != nil {
				return err
			}
			defer taken.Unlock()
			return r.snapshots.clear(ctx, index, name, orderly)
		})
	})
}

// clear removes what is left of a snapshot, if it is none. With orderly it is not condemned any
// more; else a request of what broke off may still be carried out, and the next start looks.
func (s snapshots) clear(ctx context.Context, index, name string, orderly bool) error {
	_, err := s.storage.Head(ctx, aboutKey(index, name))
	if errors.Is(err, storage.ErrObjectNotFound) {
		_, err = s.storage.DeleteUnder(ctx, snapshotFolder(index, name))
	}
	if err == nil && orderly {
		err = names(s).pardon(ctx, snapshotID(index, name))
	}
	return err
}
