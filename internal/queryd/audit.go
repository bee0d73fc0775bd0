package queryd

import (
	"context"
	"errors"
	"os"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// audit has copies of objects and answers in memory removed whose origin is not there any
// longer, now and then, until ctx ends.
func (s *server) audit(ctx context.Context) {
	every := s.config.CacheCheck.Std()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		copies, err := s.engines.auditOnce(ctx)
		if err != nil && ctx.Err() == nil {
			s.env.Log.Warn("not all copies of objects could be held against storage; tried again", "in", every.String(), "error", err)
		}
		answers, err := s.results.forget(ctx, s.kept)
		if err != nil && ctx.Err() == nil {
			s.env.Log.Warn("not all answers in memory could be held against the catalog; tried again", "in", every.String(), "error", err)
		}
		if copies+answers > 0 {
			s.env.Log.Info("what is there no longer was forgotten", "copies", copies, "answers", answers)
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
