package vectord

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// restore makes an index of a snapshot: in place of the one whose name it belongs to, or
// as another one. The index is made aside, and gets its name when it is whole. An index
// that is replaced is not erased from, nor asked for snapshots, meanwhile.
func (r *registry) restore(ctx context.Context, of string, want vector.Restore) (*index, error) {
	before, name, err := r.place(of, want.As)
	if err != nil {
		return nil, err
	}
	if before != nil {
		before.copying.Lock()
		defer before.copying.Unlock()
	}
	k, err := r.snapshots.about(ctx, of, want.Snapshot)
	if err == nil {
		known := k // what an earlier restoration found may have been mended
		err = r.snapshots.check(ctx, &known)
	}
	if err != nil {
		return nil, err
	}
	if err := r.roomFor(k.Bytes); err != nil {
		return nil, err
	}
	x := newIndex(name, k.Shape)
	open, err := durable.Restore(ctx, r.options(x), copyKey(of, want.Snapshot), &x.progress)
	if err = r.snapshots.restored(ctx, k, err); err != nil {
		return nil, errors.Join(err, durable.Drop(r.ctx, r.storage, x.pointer.ID))
	}
	err = r.change(ctx, func(ctx context.Context) error {
		if now, _, err := r.place(of, want.As); err != nil || now != before {
			err = errors.Join(err, open.Close(ctx), durable.Drop(ctx, r.storage, x.pointer.ID))
			return errors.Join(vector.ErrIndexExists.Errorf("the index %s was dropped or made anew meanwhile; restore again", name), err)
		}
		return r.publish(ctx, x, open, before)
	})
	if errors.Is(err, errNoTurn) {
		err = errors.Join(err, open.Close(r.ctx), durable.Drop(r.ctx, r.storage, x.pointer.ID))
	}
	return x, err
}

// place tells under which name a snapshot is restored, and which index is there, if that
// is the one that it belongs to.
func (r *registry) place(of, as string) (before *index, name string, err error) {
	if as == "" || as == of {
		before, err := r.find(of)
		if err == nil && before.name != of { // an alias has the name of what was dropped
			return nil, of, r.free(of)
		}
		if err == nil && before.persisted() {
			return before, of, nil
		}
		if err == nil {
			return nil, "", notPersisted(of)
		}
		if !errors.Is(err, vector.ErrIndexNotFound) {
			return nil, "", err
		}
		as = of
	}
	return nil, as, r.free(as)
}
