package queryd

import (
	"context"
	"errors"
	"os"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// audit has copies of objects removed that storage has no longer, now and then, until
// ctx ends.
func (e *engines) audit(ctx context.Context) {
	tick := time.NewTicker(e.config.CacheCheck.Std())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		removed, err := e.auditOnce(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("not all copies of objects could be held against storage; tried again", "in", e.config.CacheCheck.Std().String(), "error", err)
		}
		if removed > 0 {
			e.log.Info("copies of objects that storage has no longer were removed", "copies", removed)
		}
	}
}

// auditOnce looks at every copy, also of a cache that is not in use any more.
func (e *engines) auditOnce(ctx context.Context) (int, error) {
	cache, err := e.copies(ctx)
	if cache == nil || err != nil {
		return 0, err
	}
	return cache.Audit(ctx, func(ctx context.Context, key string) (bool, error) {
		_, err := e.storage.Head(ctx, key)
		if errors.Is(err, storage.ErrObjectNotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

// copies gives the cache, nil where there is none.
func (e *engines) copies(ctx context.Context) (*objectcache.Cache, error) {
	select {
	case e.choosing <- struct{}{}:
		defer func() { <-e.choosing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, err := os.Stat(e.cacheDir); e.cache == nil && err == nil {
		if _, err := e.openCache(); err != nil {
			return nil, err
		}
	}
	return e.cache, nil
}
