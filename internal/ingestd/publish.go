package ingestd

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

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

// registerOr asks for the version, or removes the objects again where the catalog
// refuses them; since is the version of the dataset before they were stored, 0 for
// none. After a silence nothing is removed: the version may be there. Nor is it where
// the content was there already: whoever stands between may have asked twice, and then
// the version there is this one.
func (d *ingestd) registerOr(ctx context.Context, reg catalog.Registration, key string, since int64) (catalog.Registered, bool, error) {
	registered, created, err := d.catalog.Register(ctx, reg, key)
	if refused(err) {
		d.withdraw(ctx, reg.Name, reg.DatasetID, since, reg.Objects)
	}
	return registered, created, err
}

// refused tells an answer that says no from a silence.
func refused(err error) bool {
	var p *wire.Problem
	return errors.As(err, &p) && p.Kind.Status < 500
}

const (
	withdrawTimeout = 10 * time.Second
	// maxWithdrawn is how many versions are looked through before objects are removed
	// that a registration named. Where there are more the objects stay.
	maxWithdrawn = 100
)

// withdraw removes objects whose registration was refused, unless a version has them
// all the same: whoever stands between may have asked twice, and then the refusal is
// that of the second asking. Where that cannot be seen they stay, and the catalog's
// search for orphans takes what nobody needs.
func (d *ingestd) withdraw(ctx context.Context, name, datasetID string, since int64, objects []catalog.ObjectRef) {
	if len(objects) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawTimeout)
	defer cancel()
	named, err := d.namedSince(ctx, name, datasetID, since)
	if err != nil && since == 0 && d.neverMade(ctx, datasetID) {
		err = nil // no version has what was refused
	}
	if err != nil {
		d.log.Info("objects of a refused registration were left to the search for orphans", "dataset", name, "dataset_id", datasetID, "objects", len(objects), "because", err)
		return
	}
	d.discard(ctx, slices.DeleteFunc(slices.Clone(objects), func(o catalog.ObjectRef) bool { return named[o.Key] }))
}

// neverMade reports that no dataset of an id was ever written.
func (d *ingestd) neverMade(ctx context.Context, datasetID string) bool {
	found, err := d.storage.List(ctx, catalog.MetadataPrefix(datasetID), "", "", 1)
	return err == nil && len(found.Objects) == 0
}

// namedSince gives the objects that a dataset's versions after one have. It is an
// error if the name has not that dataset now: another name may, or it may be restored.
func (d *ingestd) namedSince(ctx context.Context, name, datasetID string, since int64) (named map[string]bool, err error) {
	current, err := d.catalog.Manifest(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	if current.DatasetID != datasetID {
		return nil, fmt.Errorf("the dataset %s is not there by its name", datasetID)
	}
	if current.Version-since > maxWithdrawn {
		return nil, fmt.Errorf("%d versions were made meanwhile", current.Version-since)
	}
	named = map[string]bool{}
	for v := current.Version; v > since; v-- {
		m := current
		if v < current.Version {
			m, err = d.catalog.Manifest(ctx, name, v)
		}
		if err != nil && !errors.Is(err, catalog.ErrVersionNotFound) { // one that is not kept needs nothing
			return nil, err
		}
		for _, o := range m.Objects {
			named[o.Key] = true
		}
	}
	return named, nil
}
