package ingestd

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	parallelManifests = 8    // manifests asked for at once
	versionsPage      = 1000 // versions asked for at once
)

// kept is a dataset with all its versions that are kept, newest first.
type kept struct {
	name     catalog.Name
	versions []catalog.Version
	at       []catalog.Manifest // of each
}

// current is the newest version.
func (k *kept) current() catalog.Manifest { return k.at[0] }

// allOf reads a dataset's versions, but those that were read before (nil: none). One
// that expires meanwhile is passed over.
func (d *ingestd) allOf(ctx context.Context, n catalog.Name, before *kept) (*kept, error) {
	versions, err := wire.Gather(d.catalog.EachVersion(ctx, n.String(), versionsPage))
	if err != nil {
		return nil, err
	}
	known := map[int64]catalog.Manifest{} // by snapshot
	if before != nil {
		for _, m := range before.at {
			known[m.SnapshotID] = m
		}
	}
	k := &kept{name: n, versions: versions, at: make([]catalog.Manifest, len(versions))}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelManifests)
	for i, v := range k.versions {
		if m, read := known[v.SnapshotID]; read {
			k.at[i] = m
			continue
		}
		g.Go(func() (err error) {
			k.at[i], err = d.catalog.Manifest(gctx, n.String(), v.Version)
			if i > 0 && errors.Is(err, catalog.ErrVersionNotFound) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i := len(k.at) - 1; i > 0; i-- {
		if k.at[i].Version == 0 {
			k.versions, k.at = slices.Delete(k.versions, i, i+1), slices.Delete(k.at, i, i+1)
		}
	}
	return k, nil
}
