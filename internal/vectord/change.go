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

// changePatience is how long a change of names takes, with the wait for its turn, before
// whoever asked is told how far it came.
const changePatience = 20 * time.Second

// errNotBegun is why a change did nothing.
var errNotBegun = errors.New("the change of names was not begun")

// change makes a change of a name. Changes of names are made one after the other, in storage
// first and in memory then, and each to its end, also when whoever asked has left: a name
// that storage knows and memory does not, or the other way round, would be a trap for those
// who come after. Nothing else waits for them. The context of a change ends with the
// patience: what storaged did not answer until then is given up, or goes on by [registry.settle].
func (r *registry) change(ctx context.Context, name string, do func(context.Context) error) error {
	until := time.Now().Add(r.patience)
	waits, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	select {
	case r.changes <- struct{}{}:
	case <-waits.Done():
		return wire.ErrUnavailable.Errorf("another change of names waits for storaged; try again").With("service", "storaged").After(time.Second).Because(errNotBegun)
	}
	if err := r.unsettledChange(name); err != nil {
		<-r.changes
		return err
	}
	made := make(chan error, 1)
	r.background.Go(func() {
		defer func() { <-r.changes }()
		ctx, cancel := context.WithDeadline(r.ctx, until)
		defer cancel()
		made <- do(ctx)
	})
	select {
	case err := <-made:
		return err
	case <-ctx.Done():
		return goesOn(name, ctx.Err())
	}
}

// create makes an index, or finds the one of the same shape where that may be.
func (r *registry) create(ctx context.Context, want vector.NewIndex) (made *index, created bool, err error) {
	shape, err := complete(want.Shape)
	if err != nil {
		return nil, false, err
	}
	var x *index // the change may go on when this has returned
	fresh := false
	err = r.change(ctx, want.Name, func(ctx context.Context) error {
		if err := r.free(want.Name); err != nil {
			there, findErr := r.find(want.Name)
			if findErr == nil && want.IfNotExists && there.name == want.Name && same(there.pointer.Shape, shape) {
				x = there
				return nil
			}
			return err
		}
		x, fresh = r.newIndex(want.Name, shape), true
		open, err := durable.Create(ctx, r.options(x))
		if err != nil {
			return r.unnamed(x, nil, err)
		}
		x.opened(open, nil)
		return r.publish(ctx, x, nil)
	})
	if err != nil {
		return nil, false, err
	}
	return x, fresh, nil
}

// publish gives an open index its name, in place of the one that has it before, if one does,
// which serves searches until then. Where it cannot, nothing is left of the index.
func (r *registry) publish(ctx context.Context, x, before *index) error {
	if !x.persisted() {
		return r.named(ctx, x, before)
	}
	err := r.removeStrays(ctx, x.name)
	if err == nil && before != nil {
		x.etag = before.etag
		err = r.loses(ctx, before)
	}
	if err != nil {
		return r.unnamed(x, before, err)
	}
	return r.settle(ctx, &step{
		names: []string{x.name},
		made:  x,
		write: func(ctx context.Context) (err error) {
			if before != nil {
				ctx = storage.IntoReserve(ctx) // it makes room
			}
			x.etag, err = r.names.put(ctx, x.name, x.pointer, x.etag)
			return err
		},
		known: func(ctx context.Context, err error) error {
			if err != nil {
				return r.unnamed(x, before, err)
			}
			return r.named(ctx, x, before)
		},
	})
}

// named lets those who ask for a name find the index that has it now.
func (r *registry) named(ctx context.Context, x, before *index) error {
	r.mu.Lock()
	r.indexes[x.name] = x
	r.mu.Unlock()
	if before != nil {
		r.giveUp(before)
	}
	if x.from != "" { // before it is answered, so that what is damaged later leaves no doubt of it
		r.pardon(ctx, x)
	}
	return nil
}

// unnamed gives up an index that did not get its name, which the one keeps that has it.
func (r *registry) unnamed(x, before *index, err error) error {
	r.giveUp(x)
	if before != nil {
		r.stays(before)
	}
	return notMade(x.name, err)
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
		return vector.ErrIndexExists.Errorf("the index %s is there; drop it first, or choose another name", name).With("index", name).With("shape", x.pointer.Shape)
	}
	if len(r.indexes) >= r.config.MaxIndexes {
		return vector.ErrIndexMemory.Errorf("there are %d indexes already, which is the most: drop one, or raise [vectord] max_indexes", len(r.indexes)).With("limit", r.config.MaxIndexes)
	}
	return nil
}
