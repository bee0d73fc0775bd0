package vectord

import (
	"context"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// removal is what no name leads to, until it is removed from storage. It may hold what an
// erasure is to leave nowhere, which therefore waits for it.
type removal struct {
	of   []string      // the names of the index that it was, or was to be, and whose snapshot it was made of; none: it may have been any
	done chan struct{} // closed when nothing is left of it

	broken string // the damaged name that may have led there: it is not removed before a start finds that mended
}

// leaves notes a removal that is to be made.
func (r *registry) leaves(of ...string) *removal {
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := &removal{of: of, done: make(chan struct{})}
	r.removals[gone] = true
	return gone
}

// leavesBehind notes what a damaged name may have led to, which is not removed.
func (r *registry) leavesBehind(broken string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removals[&removal{broken: broken}] = true
}

// removeWithin bounds one try of a removal, which the end of the daemon waits for.
const removeWithin = 20 * time.Second

// remove makes a removal, again and again until storaged has done it. Where the daemon ends
// before, a start makes it of what is condemned.
func (r *registry) remove(gone *removal, try func(context.Context) error) {
	for {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), removeWithin)
		err := try(ctx)
		cancel()
		if err == nil {
			break
		}
		r.log.Warn("objects that no name leads to are left in storage; they are removed when storaged does it, or by the next start", "index", gone.of, "error", err)
		select {
		case <-r.ctx.Done():
			return
		case <-time.After(r.config.RetryAfter.Std()):
		}
	}
	r.mu.Lock()
	delete(r.removals, gone)
	r.mu.Unlock()
	close(gone.done)
}

// giveUp has an index closed that has no name any more, or got none, once nobody is inside,
// and its objects removed. Where it was not closed in order, or its restoration broke off, a
// request of its own may still be carried out, and it stays condemned: the next start looks again.
func (r *registry) giveUp(x *index) {
	gone := r.leaves(x.name, x.from)
	r.background.Go(func() {
		orderly := x.from == ""
		if open := x.shut(); open != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), removeWithin)
			err := open.Close(ctx)
			cancel()
			if orderly = err == nil; !orderly {
				r.log.Warn("an index without a name was not closed in order", "index", x.name, "index_id", x.pointer.ID, "error", err)
			}
		}
		r.remove(gone, func(ctx context.Context) error {
			if !x.persisted() {
				return nil
			}
			return r.execute(ctx, x.pointer.ID, orderly)
		})
	})
}

// execute removes the objects of an index without a name, and with pardon that it is condemned.
func (r *registry) execute(ctx context.Context, id string, pardon bool) error {
	if id == "" { // of a name that could not be read
		return nil
	}
	err := durable.Drop(ctx, r.storage, id)
	if err == nil && pardon {
		err = r.names.pardon(ctx, id)
	}
	return err
}

// left gives a removal that an erasure from an index has to wait for, nil where there is none.
func (r *registry) left(name string) *removal {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for gone := range r.removals {
		if len(gone.of) == 0 || slices.Contains(gone.of, name) {
			return gone
		}
	}
	return nil
}

// nothingLeft waits until there is no such removal, or the index has lost its name: then it is
// the one to be removed.
func (r *registry) nothingLeft(ctx context.Context, x *index) error {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	for {
		gone := r.left(x.name)
		switch {
		case gone == nil:
			return nil
		case gone.broken != "":
			return gone.inTheWay(x.name)
		}
		select {
		case <-gone.done:
		case <-x.gone:
			return nil
		case <-ctx.Done():
			return gone.inTheWay(x.name)
		}
	}
}

// inTheWay refuses an erasure that the removal has to come before.
func (gone *removal) inTheWay(name string) error {
	if gone.broken != "" {
		return vector.ErrIndexLoading.Errorf("objects that may hold what is to be erased from the index %s stay in storage, since the name %s is damaged, which may have led to them; nothing was erased: put that name back from a copy of the bucket, or drop its index, restart vectord, and ask again", name, gone.broken)
	}
	return vector.ErrIndexLoading.Errorf("objects that no name leads to, and that may hold what is to be erased from the index %s, are not removed from storage yet; nothing was erased: ask again, and where that lasts see the log of vectord, which says what stands in the way", name).After(time.Second)
}
