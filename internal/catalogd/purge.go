package catalogd

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/iceberg-go/table"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// purge takes versions of a dataset away, and then whatever lies in its folder that
// no kept version names. It holds the dataset's token all the while, so that no
// commit takes up what it is about to remove. Killed midway it leaves the versions
// wholly there, or gone and some of their files as orphans; asked again it goes on.
func (e *engine) purge(ctx context.Context, p catalog.Purge) (done catalog.Purged, err error) {
	n, err := catalog.ParseName(p.Name)
	if err != nil {
		return done, err
	}
	ctx = storage.IntoReserve(ctx) // a full disk is when versions have to go
	ds := e.dir.open(n)
	defer e.dir.release(ds)
	select {
	case ds.token <- struct{}{}:
		defer func() { <-ds.token }()
	case <-ctx.Done():
		return done, ctx.Err()
	}
	h, err := e.current(ctx, ds)
	switch {
	case err != nil:
		return done, err
	case !h.live():
		return done, e.absent(n, h)
	case h.view():
		return done, isView(n)
	case h.Dataset.DatasetID != p.DatasetID || slices.Contains(p.Versions, h.Dataset.Version):
		return done, catalog.ErrDatasetChanged.Errorf("%s is another dataset by now, or version %d is its current one; begin again", n, h.Dataset.Version)
	case !ds.settled(h):
		return done, wire.ErrUnavailable.Errorf("a commit to %s got no answer from storage and may still come in; try again", n).After(time.Second)
	}
	gone, h, err := e.dropVersions(ctx, ds, h, p.Versions)
	if err != nil {
		return done, err
	}
	done.Versions = []int64{}
	for _, r := range gone {
		done.Versions = append(done.Versions, versionOf(&r.Snapshot))
	}
	e.metrics.expired.Add(float64(len(gone)))
	done.Objects, err = e.emptyFolder(ctx, h, gone)
	e.metrics.removed.WithLabelValues(removedPurged).Add(float64(len(done.Objects)))
	return done, err
}

// dropVersions makes a dataset forget versions, without a new one.
func (e *engine) dropVersions(ctx context.Context, ds *dataset, h *head, versions []int64) (gone []record, after *head, err error) {
	t, err := e.table(ctx, h)
	if err != nil {
		return nil, h, err
	}
	for _, r := range t.history {
		if slices.Contains(versions, versionOf(&r.Snapshot)) {
			gone = append(gone, r)
		}
	}
	if len(gone) == 0 {
		return nil, h, nil
	}
	known, err := e.ledger(ctx, h)
	if err != nil {
		return nil, h, err
	}
	b, err := table.MetadataBuilderFromBase(t.meta, e.store.location(h.MetadataKey))
	if err != nil {
		return nil, h, err
	}
	st := &staged{table: &iceTable{manifests: t.manifests, objects: t.objects, history: t.history}}
	now := time.Now()
	if err := st.expire(b, t, gone, func(schemaID int) bool { return known.answeredWith(schemaID, now) }); err != nil {
		return nil, h, err
	}
	if err := changedNow(b, t.meta); err != nil {
		return nil, h, err
	}
	if st.table.meta, err = b.Build(); err != nil {
		return nil, h, err
	}
	after, err = e.swapMetadata(ctx, ds, h, st.table)
	return gone, after, err
}

// swapMetadata makes another metadata file a dataset's, at the same version.
func (e *engine) swapMetadata(ctx context.Context, ds *dataset, h *head, t *iceTable) (*head, error) {
	text, err := t.text()
	if err != nil {
		return h, err
	}
	state := *h.pointer
	state.MetadataKey = metadataKey(state.Dataset)
	if err := e.store.writeAll(ctx, []blob{{key: state.MetadataKey, data: text}}); err != nil {
		return h, err
	}
	a := &attempt{plan: &plan{state: &state}, staged: &staged{table: t}}
	made, err := e.swap(ctx, ds, h, a)
	if err != nil {
		ds.unsure(h) // it may still arrive; the caller asks again
		return h, ownFile(pointerKey(ds.name), err)
	}
	made.segments.Store(h.segments.Load())
	return e.dir.publish(ds, h, made), nil
}

// emptyFolder removes what no kept version of a dataset names. A second removal
// follows, for a file that was on its way to storage meanwhile; until then no commit
// takes such a file up.
func (e *engine) emptyFolder(ctx context.Context, h *head, gone []record) ([]catalog.DataObject, error) {
	w := e.cleaner.watch()
	defer e.cleaner.unwatch(w)
	loose, err := e.looseFiles(ctx, h, gone)
	if err != nil {
		return nil, err
	}
	doomed, fresh := e.cleaner.doomAll(w, loose)
	e.cleaner.remove(e.cleaner.grace, fresh...)
	removed := []catalog.DataObject{}
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for _, key := range doomed {
		g.Go(func() error {
			if err := e.store.Delete(gctx, key); err != nil {
				return ownFile(key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			removed = append(removed, catalog.DataObject{Key: key, Size: loose[key]})
			return nil
		})
	}
	err = g.Wait()
	slices.SortFunc(removed, func(a, b catalog.DataObject) int { return strings.Compare(a.Key, b.Key) })
	return removed, err
}

// looseFiles gives the files of a dataset's folder that no kept version names, and
// their sizes. Where another catalogd may be about to register a young one, only
// those go that a version named which is gone; orphan removal finds the others.
func (e *engine) looseFiles(ctx context.Context, h *head, gone []record) (map[string]int64, error) {
	f := newFolder(e.store, maphash.MakeSeed(), h.Dataset.DatasetID)
	before := newFolder(e.store, f.seed, f.id)
	if err := f.read(ctx, h); err != nil {
		return nil, err
	}
	if e.config.Shared {
		snapshots := make([]table.Snapshot, len(gone))
		for i, r := range gone {
			snapshots[i] = r.Snapshot
		}
		if err := before.readSnapshots(ctx, snapshots); err != nil {
			return nil, err
		}
	}
	loose := map[string]int64{}
	err := e.store.pages(ctx, datasetsPrefix+f.id+"/", func(page []storage.Object) error {
		unnamed := f.loose(page)
		for _, o := range unnamed {
			loose[o.Key] = o.Size
		}
		if e.config.Shared {
			for _, o := range before.loose(unnamed) {
				if time.Since(o.ModifiedAt) < sharedAge {
					delete(loose, o.Key)
				}
			}
		}
		return nil
	})
	return loose, err
}
