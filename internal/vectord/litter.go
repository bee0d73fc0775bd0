package vectord

import (
	"context"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// litterAge is how old the objects of an index without a name, which is not condemned, have to
// be before they are removed: one that is made has them before its name, and so has one that is
// copied into the bucket; and a second vectord may have been started by mistake.
const litterAge = time.Hour

// byID gives indexes by their ids, and a name that is broken, "" where none is.
func byID(found []*index) (named map[string]*index, broken string) {
	named = map[string]*index{}
	for _, x := range found {
		named[x.pointer.ID] = x
		if x.pointer.broken != nil {
			broken = x.name
		}
	}
	return named, broken
}

// removeCondemned removes in the background what a kill left of a drop, a restoration or a
// snapshot, unless it has its name after all: that is noted when this returns. What a broken
// name may have led to stays, and no erasure is made before it is known whose it is.
func (r *registry) removeCondemned(found []*index, condemned []string) {
	named, broken := byID(found)
	for _, id := range condemned {
		index, snapshot, isSnapshot := snapshotOf(id)
		switch {
		case isSnapshot:
			r.clear(index, snapshot, true)
		case named[id] != nil:
			r.background.Go(func() { r.pardon(r.ctx, named[id]) })
		case broken != "":
			r.leavesBehind(broken)
		default:
			gone := r.leaves()
			r.background.Go(func() {
				r.remove(gone, func(ctx context.Context) error { return r.execute(ctx, id, true) })
			})
		}
	}
}

// removeLitter removes indexes that no name leads to, but for what is condemned. Where a name is
// broken that may have led to them these stay. It ends before what is made meanwhile, and not
// among those that were found, is old enough to be taken for litter.
func (r *registry) removeLitter(found []*index) {
	ctx, cancel := context.WithTimeout(r.ctx, litterAge/2)
	defer cancel()
	named, broken := byID(found)
	if broken != "" {
		r.log.Warn("what no name leads to is left in storage, since a name leads nowhere that may have led there", "name", broken)
		return
	}
	if err := r.removeUnnamed(ctx, named); err != nil {
		r.log.Warn("what is left of dropped indexes was not removed", "error", err)
	}
}

func (r *registry) removeUnnamed(ctx context.Context, named map[string]*index) error {
	for page, err := range r.storage.Listings(ctx, vectorsFolder, "/", 0) {
		if err != nil {
			return err
		}
		for _, folder := range page.Prefixes {
			if id := indexIDOf(folder); isIndexFolder(folder) && named[id] == nil {
				if err := r.removeOld(ctx, id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// removeOld removes an index whose objects are all old.
func (r *registry) removeOld(ctx context.Context, id string) error {
	for page, err := range r.storage.Listings(ctx, durable.Folder(id), "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if time.Since(o.ModifiedAt) < litterAge {
				return nil
			}
		}
	}
	return durable.Drop(ctx, r.storage, id)
}
