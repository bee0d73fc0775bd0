package vectord

import (
	"context"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// drop removes an index with its aliases, or does nothing: what makes it is that its name is
// removed in storage. While it waits for storaged, searches go on.
func (r *registry) drop(ctx context.Context, name string) error {
	return r.change(ctx, name, func(ctx context.Context) error {
		x, err := r.find(name)
		switch {
		case err != nil:
			return err
		case x.name != name:
			return vector.ErrBadIndex.Errorf("%s is an alias of the index %s; drop that, or remove the alias by DELETE /vectors/aliases/%s", name, x.name, name)
		}
		if !x.persisted() {
			r.dropped(ctx, x)
			return nil
		}
		known := func(ctx context.Context, err error) error {
			if err != nil {
				r.stays(x)
				return notMade(name, err)
			}
			r.dropped(ctx, x)
			return nil
		}
		if err := r.loses(ctx, x); err != nil {
			return known(ctx, err)
		}
		return r.settle(ctx, &step{
			names: []string{name},
			write: func(ctx context.Context) error { return r.names.remove(ctx, name) },
			known: known,
		})
	})
}

// loses says that an index is about to lose its name: nothing is acknowledged any more that
// would be lost, and it is condemned, when no pardon is under way that would undo that.
func (r *registry) loses(ctx context.Context, x *index) error {
	x.leave(true)
	mark := r.copying.of(condemnedKey(x.pointer.ID))
	if err := mark.Lock(ctx); err != nil {
		return err
	}
	defer mark.Unlock()
	return r.names.condemn(ctx, x.pointer.ID)
}

// condemnedLate is the longest pause before an index that stays is pardoned once more: together
// they are twice as long.
const condemnedLate = 10 * time.Minute

// stays lets an index that was condemned keep its name after all. A request that condemns it
// and was given up may be carried out yet, after the pardon: so that is repeated for a while.
func (r *registry) stays(x *index) {
	x.leave(false)
	r.background.Go(func() {
		r.pardon(r.ctx, x)
		for pause := r.config.RetryAfter.Std(); pause < condemnedLate; pause *= 2 {
			select {
			case <-r.ctx.Done():
				return
			case <-x.gone:
				return
			case <-time.After(pause):
			}
			r.pardon(r.ctx, x)
		}
	})
}

// pardon takes back that an index is condemned that a name leads to, unless that is about to
// lead elsewhere.
func (r *registry) pardon(ctx context.Context, x *index) {
	mark := r.copying.of(condemnedKey(x.pointer.ID))
	err := mark.Lock(ctx)
	if err == nil {
		defer mark.Unlock()
		if x.replaced() {
			return
		}
		err = r.names.pardon(ctx, x.pointer.ID)
	}
	if err != nil {
		r.log.Warn("an index that has its name is still condemned; a start mends that", "index", x.name, "index_id", x.pointer.ID, "error", err)
	}
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
	r.giveUp(x)
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
