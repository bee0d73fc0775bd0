package vectord

import (
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// changePatience is how long whoever asks for a change of names waits for it, and about how
// long a change that can be given up waits for storaged.
const changePatience = 20 * time.Second

// errNoTurn is why a change was not begun.
var errNoTurn = errors.New("other changes of names took too long")

// change makes a change of names. They are made one after the other, in storage first and
// in memory then, and each to its end, also when whoever asked has left: a name that
// storage knows and memory does not, or the other way round, would be a trap for those
// who come after. Nothing else waits for them.
func (r *registry) change(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	return r.turn(ctx, ctx, func() error { return do(r.ctx) })
}

// turn makes a change of names when its turn has come, and waits for it: for the turn as
// long as begin lasts, for the change as long as end does.
func (r *registry) turn(begin, end context.Context, do func() error) error {
	select {
	case r.changes <- struct{}{}:
	case <-begin.Done():
		return wire.ErrUnavailable.Errorf("another change of names waits for storaged; try again").With("service", "storaged").After(time.Second).Because(errNoTurn)
	}
	made := make(chan error, 1)
	r.background.Go(func() {
		defer func() { <-r.changes }()
		made <- do()
	})
	select {
	case err := <-made:
		return err
	case <-end.Done():
		return stillUnknown(end.Err())
	}
}

// stillUnknown tells of a change that nobody waits for any more.
func stillUnknown(cause error) error {
	return wire.ErrUnavailable.Errorf("storaged has not said yet what became of the change; it goes on, and the same request again finds out").
		With("service", "storaged").After(time.Second).Because(cause)
}

// create makes an index, or finds the one of the same shape where that may be.
func (r *registry) create(ctx context.Context, want vector.NewIndex) (made *index, created bool, err error) {
	shape, err := complete(want.Shape)
	if err != nil {
		return nil, false, err
	}
	var x *index // the change may go on when this has returned
	fresh := false
	err = r.change(ctx, func(ctx context.Context) error {
		if err := r.free(want.Name); err != nil {
			there, findErr := r.find(want.Name)
			if findErr == nil && want.IfNotExists && there.name == want.Name && same(there.pointer.Shape, shape) {
				x = there
				return nil
			}
			return err
		}
		x, fresh = newIndex(want.Name, shape), true
		open, err := durable.Create(ctx, r.options(x))
		if err != nil {
			return err
		}
		return r.publish(ctx, x, open, nil)
	})
	if err != nil {
		return nil, false, err
	}
	return x, fresh, nil
}

// publish gives an open index its name, in place of the one that has it before, if one
// does. Where it cannot, nothing is left of the index.
func (r *registry) publish(ctx context.Context, x *index, open *durable.Index, before *index) error {
	if x.persisted() {
		if err := r.giveName(ctx, x, before); err != nil {
			err = errors.Join(nameProblem(x.name, err), open.Close(ctx))
			if ctx.Err() == nil { // else it may have its name
				within, cancel := context.WithTimeout(ctx, r.patience)
				defer cancel()
				err = errors.Join(err, durable.Drop(within, r.storage, x.pointer.ID))
			}
			return err
		}
	}
	x.opened(open, nil)
	r.mu.Lock()
	r.indexes[x.name] = x
	r.mu.Unlock()
	if before != nil {
		r.background.Go(func() { r.discard(before) })
	}
	return nil
}

// giveName lets a name lead to an index in storage. The one that has it before serves
// searches until then.
func (r *registry) giveName(ctx context.Context, x, before *index) (err error) {
	within, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	if err := r.removeStrays(within, x.name); err != nil {
		return err
	}
	if before != nil {
		if before.replaced() {
			return dropGoesOn(before.name, nil)
		}
		x.etag = before.etag
		before.leave(true)
		err = r.names.condemn(within, before.pointer.ID)
	}
	if err == nil {
		x.etag, err = r.names.put(ctx, x.name, x.pointer, x.etag)
	}
	if err != nil && before != nil {
		before.leave(false)
	}
	return err
}

// free returns what keeps a name from being given.
func (r *registry) free(name string) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.ready {
		return unread(r.waiting)
	}
	if to, taken := r.aliases[name]; taken {
		return vector.ErrIndexExists.Errorf("%s is an alias of the index %s; choose another name, or remove the alias first", name, to.index).With("index", to.index)
	}
	if x, taken := r.indexes[name]; taken {
		return vector.ErrIndexExists.Errorf("the index %s is there; drop it first, or choose another name; if_not_exists of POST /vectors/index takes one that was made with the same parameters", name).With("index", name).With("shape", x.pointer.Shape)
	}
	if len(r.indexes) >= r.config.MaxIndexes {
		return vector.ErrIndexMemory.Errorf("there are %d indexes already, which is the most: drop one, or raise [vectord] max_indexes", len(r.indexes)).With("limit", r.config.MaxIndexes)
	}
	return nil
}

// nameProblem says why a name could not be written.
func nameProblem(name string, err error) error {
	if errors.Is(err, storage.ErrPreconditionFailed) {
		return vector.ErrIndexTaken.Errorf("another daemon has changed the name %s: two vectord must not share a bucket; stop one of them and restart the other", name).Because(err)
	}
	return err
}
