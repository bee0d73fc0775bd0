package queryd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// source finds the files of objects, on this box or in S3.
type source interface {
	// String says where all files are, for the log.
	String() string
	// allow lets workers read them, and nothing else.
	allow(c *duck.Config)
	// open gives the objects' paths, in their order, which stay until release is
	// called. [errStale] means that the source must be chosen anew.
	open(ctx context.Context, objects []catalog.DataObject) (paths []string, release func(), err error)
	// judge looks at what a run over the files failed with before its first row. It
	// makes an error [errStale] if the source may be at fault.
	judge(err error) error
	// same tells that other finds the same files.
	same(other source) bool
}

// chooseTimeout bounds how long storaged may take to describe its buckets.
const chooseTimeout = 5 * time.Second

// errStale tells that a source no longer is where the objects are.
var errStale = errors.New("the objects are no longer where they were")

// errLost tells that storage does not have what the catalog says it has.
var errLost = errors.New("an object of a version is missing, or has not its size or its bytes")

// localSource reads storaged's own files, in place.
type localSource struct{ folder, instance string }

func (s localSource) String() string { return s.folder }

func (s localSource) allow(c *duck.Config) { c.ReadDir = s.folder }

func (s localSource) judge(err error) error { return err }

func (s localSource) same(other source) bool { return s == other }

// open makes sure that the folder still is the bucket it was, and holds every
// object with its right size.
func (s localSource) open(_ context.Context, objects []catalog.DataObject) ([]string, func(), error) {
	if len(objects) == 0 {
		return nil, func() {}, nil
	}
	if got, err := readInstance(s.folder); err != nil || got != s.instance {
		return nil, nil, fmt.Errorf("%w: %s is not the bucket %s any more", errStale, s.folder, s.instance)
	}
	paths := make([]string, len(objects))
	for i, o := range objects {
		paths[i] = storage.LocalPath(s.folder, o.Key)
		info, err := os.Stat(paths[i])
		if err != nil || info.Size() != o.Size {
			return nil, nil, fmt.Errorf("%w: %w: %s in %s, of %d bytes", errStale, errLost, o.Key, s.folder, o.Size)
		}
	}
	return paths, func() {}, nil
}

func readInstance(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, storage.InstanceFile))
	return strings.TrimSpace(string(text)), err
}

// cacheSource reads copies that are fetched from storaged.
type cacheSource struct{ cache *objectcache.Cache }

func (s cacheSource) String() string { return s.cache.Dir() }

func (s cacheSource) allow(c *duck.Config) { c.ReadDir = s.cache.Dir() }

func (s cacheSource) judge(err error) error { return err }

func (s cacheSource) same(other source) bool { return s == other }

func (s cacheSource) open(ctx context.Context, objects []catalog.DataObject) ([]string, func(), error) {
	wanted := make([]objectcache.Object, len(objects))
	for i, o := range objects {
		hash, _ := catalog.HashOf(o.Key)
		wanted[i] = objectcache.Object{Key: o.Key, Size: o.Size, Hash: hash}
	}
	paths, release, err := s.cache.Pin(ctx, wanted)
	var full *objectcache.BoundError
	switch {
	case errors.As(err, &full):
		return nil, nil, cacheFull(full)
	case errors.Is(err, wire.ErrUnavailable):
		return nil, nil, fmt.Errorf("%w: %w", errStale, err)
	case errors.Is(err, storage.ErrObjectNotFound):
		// Not the client's 404: the catalog names what storage has lost.
		return nil, nil, fmt.Errorf("%w: %v", errLost, err)
	case errors.Is(err, objectcache.ErrDamaged):
		return nil, nil, fmt.Errorf("%w: %w", errLost, err)
	}
	return paths, release, err
}

func cacheFull(e *objectcache.BoundError) error {
	p := query.ErrCacheFull.Errorf("the statement's tables are %d bytes and the cache of objects may hold %d: raise [queryd] cache_bytes", e.Needs, e.Bound)
	if e.Needs <= e.Bound {
		p = query.ErrCacheFull.Errorf("the cache of objects is full of what running statements read: come again, or raise [queryd] cache_bytes").
			After(queueRetry)
	}
	return p.With("limit", e.Bound)
}

// choose decides how to reach the files of the default bucket.
func (e *engines) choose(ctx context.Context) (source, error) {
	if e.config.Access == accessCache {
		return e.openCache()
	}
	buckets, err := e.buckets(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range buckets {
		if b.Default {
			return e.chooseFor(b)
		}
	}
	return e.openCache()
}

// chooseFor gives the best way to a bucket that access allows and this box has.
func (e *engines) chooseFor(b storage.Bucket) (source, error) {
	if e.config.Access != accessS3 && b.Root != "" && b.Instance != "" {
		if got, err := readInstance(b.Root); err == nil && got == b.Instance {
			return localSource{folder: b.Root, instance: b.Instance}, nil
		}
	}
	if e.config.Access == accessLocal {
		return nil, wire.ErrNotReady.Errorf("storaged's folder cannot be read from here, and [queryd] access is \"local\"; set it to \"auto\" or \"cache\"").
			After(queueRetry)
	}
	if b.Backend != "s3" {
		if e.config.Access == accessS3 {
			return nil, wire.ErrNotReady.Errorf("storaged keeps its objects on its own disk, and [queryd] access is \"s3\"; set it to \"auto\"").After(queueRetry)
		}
		return e.openCache()
	}
	src, err := e.newS3Source(b)
	switch {
	case err == nil:
		return src, nil
	case e.config.Access == accessS3:
		return nil, wire.ErrNotReady.Errorf("[queryd] access is \"s3\", and the bucket cannot be read from here: %v", err).After(queueRetry)
	}
	e.log.Info("objects are read through storaged, not straight from S3", "why", err)
	return e.openCache()
}

// buckets asks storaged, which answers at once or is in trouble.
func (e *engines) buckets(ctx context.Context) ([]storage.Bucket, error) {
	limited, cancel := context.WithTimeout(ctx, chooseTimeout)
	defer cancel()
	buckets, err := e.storage.Buckets(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = wire.Unavailable("storaged").Because(err)
	}
	return buckets, err
}

// openCache gives the one cache of this daemon. The caller holds e.choosing.
func (e *engines) openCache() (source, error) {
	if e.cache == nil {
		cache, err := objectcache.Open(e.cacheDir, e.config.CacheBytes, e.fetch)
		if err != nil {
			return nil, err
		}
		e.cache = cache
		e.metrics.watchCache(cache, e.config.CacheBytes)
	}
	return cacheSource{e.cache}, nil
}
