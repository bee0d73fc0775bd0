package catalogd

import (
	"context"

	"github.com/apache/iceberg-go"
)

// sweep finds the files that expired versions needed and no kept one does, and
// has them removed once the longest query has passed.
//
// Where the name has another dataset meanwhile, or none, nothing is removed: the
// files may belong to one that can be restored. Orphan removal finds what is left.
// Where another catalogd may adopt a file meanwhile, the data files are left to
// orphan removal, which takes none that could still be adopted.
func (e *engine) sweep(ctx context.Context, ds expiredOf, gone []record) error {
	w := e.cleaner.watch()
	defer e.cleaner.unwatch(w)
	h, err := e.stored(ctx, ds.dataset)
	if !h.live() || h.Dataset.DatasetID != ds.id || err != nil {
		return err
	}
	t, err := e.table(ctx, h)
	if err != nil {
		return err
	}
	kept, err := e.manifestsIn(ctx, t.history)
	if err != nil {
		return err
	}
	loose, err := e.manifestsIn(ctx, gone)
	if err != nil {
		return err
	}
	for path := range kept {
		delete(loose, path)
	}
	if !e.config.Shared {
		dead, err := e.deadFiles(ctx, t, loose, kept)
		if err != nil {
			return err
		}
		e.cleaner.remove(e.cleaner.grace, e.cleaner.doom(w, dead)...)
	}
	for _, r := range gone {
		e.removeLocation(r.ManifestList)
	}
	for path := range loose {
		e.removeLocation(path)
	}
	return nil
}

func (e *engine) removeLocation(location string) {
	if key, err := e.store.key(location); err == nil {
		e.cleaner.remove(e.cleaner.grace, key)
	}
}

// manifestsIn gives all manifests of versions, by path.
func (e *engine) manifestsIn(ctx context.Context, history []record) (map[string]iceberg.ManifestFile, error) {
	found := map[string]iceberg.ManifestFile{}
	for _, r := range history {
		manifests := r.manifests
		if manifests == nil {
			var err error
			if manifests, err = e.store.manifestList(ctx, &r.Snapshot); err != nil {
				return nil, err
			}
		}
		for _, m := range manifests {
			found[m.FilePath()] = m
		}
	}
	return found, nil
}

// deadFiles gives the data files that loose manifests name and no kept one. The
// kept manifests are read only if the current version does not hold all.
func (e *engine) deadFiles(ctx context.Context, t *iceTable, loose, kept map[string]iceberg.ManifestFile) ([]string, error) {
	files, err := e.filesIn(ctx, loose)
	if err != nil {
		return nil, err
	}
	for _, o := range t.objects {
		delete(files, o.Key)
	}
	if len(files) == 0 {
		return nil, nil
	}
	needed, err := e.filesIn(ctx, kept)
	if err != nil {
		return nil, err
	}
	var dead []string
	for key := range files {
		if !needed[key] {
			dead = append(dead, key)
		}
	}
	return dead, nil
}

// filesIn gives the keys of the data files that live in manifests.
func (e *engine) filesIn(ctx context.Context, manifests map[string]iceberg.ManifestFile) (map[string]bool, error) {
	list := make([]iceberg.ManifestFile, 0, len(manifests))
	for _, m := range manifests {
		list = append(list, m)
	}
	read, err := e.store.entries(ctx, living(list), true)
	if err != nil {
		return nil, err
	}
	files := map[string]bool{}
	for _, entries := range read {
		for _, entry := range entries {
			o, err := e.store.dataObject(entry.DataFile())
			if err != nil {
				return nil, err
			}
			files[o.Key] = true
		}
	}
	return files, nil
}
