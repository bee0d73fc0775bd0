package vectord

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// restore makes an index of a snapshot: in place of the one whose name it belongs to, or
// as another one. The index is made aside, and gets its name when it is whole. An index
// that is replaced is held meanwhile: it is not erased from, nor asked for snapshots, and no load
// of it may run, which would be lost.
func (r *registry) restore(ctx context.Context, of string, want vector.Restore, hold func(*index) (done func(), err error)) (*index, error) {
	before, name, err := r.place(of, want.As)
	if err == nil {
		err = r.unsettledChange(name)
	}
	if err != nil {
		return nil, err
	}
	done := func() {}
	if before != nil {
		if err := before.copying.Lock(ctx); err != nil {
			return nil, err
		}
		defer before.copying.Unlock()
		if done, err = hold(before); err != nil {
			return nil, err
		}
	}
	x, err := r.aside(ctx, of, want.Snapshot, name)
	if err != nil {
		done()
		return nil, err
	}
	err = r.change(ctx, name, func(ctx context.Context) error {
		defer done() // it may go on when this has returned
		if now, _, err := r.place(of, want.As); err != nil || now != before {
			r.giveUp(x)
			return errors.Join(vector.ErrIndexExists.Errorf("the index %s was dropped or made anew meanwhile; restore again", name), err)
		}
		return r.publish(ctx, x, before)
	})
	if errors.Is(err, errNotBegun) {
		done()
		r.giveUp(x)
	}
	return x, err
}

// aside makes an index of a snapshot that has no name yet, and is condemned until it has.
func (r *registry) aside(ctx context.Context, of, snapshot, name string) (*index, error) {
	k, err := r.snapshots.about(ctx, of, snapshot)
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
	x := r.newIndex(name, k.Shape)
	if err := r.condemn(ctx, name, x.pointer.ID); err != nil {
		return nil, err
	}
	x.from = of
	open, err := durable.Restore(ctx, r.options(x), copyKey(of, snapshot), &x.progress)
	if err = r.snapshots.restored(ctx, k, err); err != nil {
		r.giveUp(x)
		return nil, err
	}
	x.opened(open, nil)
	return x, nil
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
