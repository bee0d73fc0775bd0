package ingestd

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// store uploads Parquet files as data objects of a dataset, each under a name
// that holds its hash. On an error what was stored is removed again.
func (d *ingestd) store(ctx context.Context, datasetID string, files []string) (objects []catalog.ObjectRef, bytes int64, err error) {
	for _, path := range files {
		key, size, err := d.storeOne(ctx, datasetID, path)
		if err != nil {
			d.discard(ctx, objects)
			return nil, 0, err
		}
		objects = append(objects, catalog.ObjectRef{Key: key})
		bytes += size
	}
	return objects, bytes, nil
}

func (d *ingestd) storeOne(ctx context.Context, datasetID, path string) (key string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	hash := sha256.New()
	if size, err = io.Copy(hash, file); err != nil {
		return "", 0, err
	}
	if _, err = file.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	key = catalog.ObjectKey(datasetID, [sha256.Size]byte(hash.Sum(nil)))
	_, _, err = d.storage.Put(ctx, key, io.NopCloser(file), size, storage.Condition{IfNoneMatch: true})
	return key, size, err
}

// discard removes objects that no version refers to. What it cannot remove is
// named in the log, and the catalog's search for orphans finds it later.
func (d *ingestd) discard(ctx context.Context, objects []catalog.ObjectRef) {
	keys := make([]string, len(objects))
	for i, o := range objects {
		keys[i] = o.Key
	}
	if left, err := d.storage.Discard(ctx, keys); len(left) > 0 {
		d.log.Warn("objects of a refused ingest were left in storage", "keys", left, "error", err)
	}
}

// registerOr asks for the version, or removes the objects again where the
// catalog refuses them. After a silence nothing is removed: the version may be
// there. Nor is it where the content was there already: whoever stands between may
// have asked twice, and then the version there is this one.
func (d *ingestd) registerOr(ctx context.Context, reg catalog.Registration, key string) (catalog.Registered, bool, error) {
	registered, created, err := d.catalog.Register(ctx, reg, key)
	if refused(err) {
		d.discard(ctx, reg.Objects)
	}
	return registered, created, err
}

// refused tells an answer that says no from a silence.
func refused(err error) bool {
	var p *wire.Problem
	return errors.As(err, &p) && p.Kind.Status < 500
}
