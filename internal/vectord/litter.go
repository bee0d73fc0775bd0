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

// removeLitter removes what a kill left of a drop, a restoration or a snapshot: what is
// condemned in the background, and then indexes that no name leads to. Where a name is broken
// that may have led to them these stay.
func (r *registry) removeLitter(ctx context.Context, found []*index, condemned []string) error {
	named, broken := map[string]*index{}, ""
	for _, x := range found {
		named[x.pointer.ID] = x
		if x.pointer.broken != nil {
			broken = x.name
		}
	}
	for _, id := range condemned {
		r.removeCondemned(id, named[id], broken)
	}
	if broken != "" {
		r.log.Warn("what no name leads to is left in storage, since a name leads nowhere that may have led there", "name", broken)
		return nil
	}
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

// removeCondemned removes what is condemned, unless it has its name after all. What a broken
// name may have led to stays, and no erasure is made before it is known whose it is.
func (r *registry) removeCondemned(id string, named *index, broken string) {
	index, snapshot, isSnapshot := snapshotOf(id)
	switch {
	case isSnapshot:
		r.clear(index, snapshot, true)
	case named != nil:
		r.pardon(r.ctx, named)
	case broken != "":
		r.leaves("")
	default:
		gone := r.leaves("")
		r.background.Go(func() {
			r.remove(gone, func(ctx context.Context) error { return r.execute(ctx, id, true) })
		})
	}
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
