package vectord

import (
	"context"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// litterAge is how old the objects of an index without a name, which was not condemned,
// have to be before they are removed: an index that is restored has them before its name,
// and a second vectord may have been started by mistake.
const litterAge = time.Hour

// removeNameless removes the objects of indexes that no name leads to: what a kill left
// of a drop or a restoration. Where a name is broken that may have led to them, they stay.
func (r *registry) removeNameless(ctx context.Context) error {
	var nameless []string
	for page, err := range r.storage.Listings(ctx, vectorsFolder, "/", 0) {
		if err != nil {
			return err
		}
		for _, folder := range page.Prefixes {
			if isIndexFolder(folder) {
				nameless = append(nameless, indexIDOf(folder))
			}
		}
	}
	condemned, err := r.names.condemned(ctx)
	if err != nil {
		return err
	}
	named, broken := map[string]bool{}, ""
	err = r.names.all(ctx, func(name string, p pointer, _ string) {
		named[p.ID] = true
		if p.broken != nil {
			broken = name
		}
	})
	for _, id := range condemned {
		switch {
		case err != nil:
		case named[id]: // it kept its name after all
			err = r.names.pardon(ctx, id)
		case broken == "":
			err = r.execute(ctx, id)
		}
	}
	if broken != "" {
		r.log.Warn("what no name leads to is left in storage, since a name leads nowhere that may have led there", "name", broken)
		return err
	}
	for _, id := range nameless {
		if err == nil && !named[id] {
			err = r.removeLitter(ctx, id)
		}
	}
	return err
}

// removeLitter removes an index whose objects are all old.
func (r *registry) removeLitter(ctx context.Context, id string) error {
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

// execute removes the objects of an index that was condemned and has lost its name.
func (r *registry) execute(ctx context.Context, id string) error {
	if id == "" { // of a name that could not be read
		return nil
	}
	if err := durable.Drop(ctx, r.storage, id); err != nil {
		return err
	}
	return r.names.pardon(ctx, id)
}
