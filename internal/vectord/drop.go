package vectord

import (
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// drop removes an index with its aliases, or does nothing: what makes it is that its name is
// removed in storage. While it waits for storaged, searches go on; where storaged does not
// answer in time it is given up, unless that last step may have been made: then it goes on
// by itself, and keeps no other change of names waiting.
func (r *registry) drop(ctx context.Context, name string) error {
	within, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	until, _ := within.Deadline()
	return r.turn(within, ctx, func() error { return r.dropUntil(until, name) })
}

// dropUntil does it within its turn, and comes to an end soon after the time.
func (r *registry) dropUntil(until time.Time, name string) error {
	ctx, cancel := context.WithDeadline(r.ctx, until)
	defer cancel()
	x, err := r.find(name)
	switch {
	case err != nil:
		return err
	case x.name != name:
		return vector.ErrBadIndex.Errorf("%s is an alias of the index %s; drop that, or remove the alias by DELETE /vectors/aliases/%s", name, x.name, name)
	case x.replaced():
		return dropGoesOn(name, nil)
	}
	x.leave(true) // nothing is acknowledged any more that would be lost
	if x.persisted() {
		if err := r.names.condemn(ctx, x.pointer.ID); err != nil {
			x.leave(false)
			return notDropped(name, err)
		}
		var unknown *unknownError
		switch err := r.names.remove(ctx, name); {
		case errors.As(err, &unknown):
			r.background.Go(func() { r.dropLater(x) })
			return dropGoesOn(name, err)
		case err != nil:
			x.leave(false)
			return notDropped(name, err)
		}
	}
	r.dropped(ctx, x)
	return nil
}

// dropLater goes on with a drop whose last step may have been made, until that is known.
func (r *registry) dropLater(x *index) {
	if err := r.names.remove(r.ctx, x.name); err != nil {
		if r.ctx.Err() == nil { // else a start finds out
			r.log.Warn("an index was not dropped after all", "index", x.name, "error", err)
			x.leave(false)
		}
		return
	}
	select {
	case r.changes <- struct{}{}:
	case <-r.ctx.Done():
		return
	}
	defer func() { <-r.changes }()
	ctx, cancel := context.WithTimeout(r.ctx, r.patience)
	defer cancel()
	r.dropped(ctx, x)
}

// dropped takes an index that has lost its name, and its aliases, out of memory, and then
// out of storage. Aliases that are left there lead nowhere, and a start removes them.
func (r *registry) dropped(ctx context.Context, x *index) {
	r.mu.Lock()
	delete(r.indexes, x.name)
	for name, to := range r.aliases {
		if to.index == x.name {
			delete(r.aliases, name)
			if to.etag != "" {
				r.strays[name] = to.index
			}
		}
	}
	r.mu.Unlock()
	r.background.Go(func() { r.discard(x) })
	if err := r.removeStrays(ctx, x.name); err != nil {
		r.log.Warn("aliases of a dropped index are left in storage; what gives their names anew, or a start, removes them", "index", x.name, "error", err)
	}
}

// removeStrays removes from storage the aliases of dropped indexes that are left there and
// have to do with a name: given to another index, it would be led to by them.
func (r *registry) removeStrays(ctx context.Context, name string) error {
	for alias, to := range r.strays {
		if alias != name && to != name {
			continue
		}
		if err := r.names.remove(ctx, alias); err != nil {
			return err
		}
		delete(r.strays, alias)
	}
	return nil
}

// discardWithin bounds the removal of an index's objects, which the end of the daemon
// waits for.
const discardWithin = 20 * time.Second

// discard closes an index that has no name any more, once nobody is inside, and removes its
// objects.
func (r *registry) discard(x *index) {
	open := x.shut()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), discardWithin)
	defer cancel()
	err := error(nil)
	if open != nil {
		err = open.Close(ctx)
	}
	if x.persisted() {
		err = errors.Join(err, r.execute(ctx, x.pointer.ID))
	}
	if err != nil {
		r.log.Warn("the objects of a dropped index are left; a later start removes them", "index", x.name, "index_id", x.pointer.ID, "error", err)
	}
}

// notDropped tells of a drop of which nothing has happened.
func notDropped(name string, err error) error {
	if wire.Refused(err) {
		return err
	}
	return wire.ErrUnavailable.Errorf("storaged does not answer, so nothing of it was dropped, and the index %s serves as before; drop it again when storaged does, which /health tells", name).
		With("service", "storaged").After(time.Second).Because(err)
}

// dropGoesOn tells of one that may have happened.
func dropGoesOn(name string, err error) error {
	return wire.ErrUnavailable.Errorf("the index %s is being dropped, and storaged has not said yet whether its name is removed; the drop goes on, whole, as soon as storaged answers: the same request again finds out", name).
		With("service", "storaged").After(time.Second).Because(err)
}
