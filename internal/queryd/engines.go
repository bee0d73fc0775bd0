package queryd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// chooseRetry is how often a daemon that has no engine yet asks storaged again.
const chooseRetry = 500 * time.Millisecond

// engine is a pool of workers and the source of the files that they may read.
type engine struct {
	source
	pool    *duck.Pool
	metrics *prometheus.Registry // of the pool

	users   int  // guarded by engines.mu
	retired bool // guarded by engines.mu; its last user closes it
}

// engines keeps the current engine. There is none until storaged has said where
// the objects are, and another one after that has changed.
type engines struct {
	config  Config
	storage *storage.Client
	secrets map[string]service.S3
	// elsewhere tells that storaged runs on another box, as far as is known.
	elsewhere bool
	log       *slog.Logger
	registry  *prometheus.Registry
	metrics   *metrics
	cacheDir  string
	spillDir  string

	spillLock *service.FileLock // so that no second queryd empties spillDir

	choosing chan struct{}      // held by who chooses; guards cache, noS3 and made
	cache    *objectcache.Cache // nil until it is needed
	noS3     error              // why workers over S3 did not start, nil if they may
	made     int                // engines so far

	mu      sync.Mutex
	current *engine
	reason  string // why there is none
}

func newEngines(env service.Env, c Config, m *metrics) (*engines, error) {
	e := &engines{
		config: c, storage: &storage.Client{Client: env.Peer("storaged")}, secrets: env.Secrets.S3,
		elsewhere: env.Peers["storaged"] != "" && !isLoopback(env.Peers["storaged"]),
		log:       env.Log, registry: env.Metrics, metrics: m,
		cacheDir: filepath.Join(env.Fleet.Data, "cache", "query"), spillDir: filepath.Join(env.Fleet.Data, "spill", "query"),
		choosing: make(chan struct{}, 1), reason: "storaged has not been asked yet",
	}
	var err error
	if e.spillLock, err = service.LockFile(filepath.Join(env.Fleet.Data, "queryd.lock")); err != nil {
		return nil, fmt.Errorf("spill folder: %w; stop it, or give this queryd its own [fleet] data", err)
	}
	// What workers of an earlier process left is of no use to anybody.
	if err := os.RemoveAll(e.spillDir); err != nil {
		return nil, errors.Join(fmt.Errorf("spill folder: %w", err), e.spillLock.Release())
	}
	return e, nil
}

// start tries until there is an engine, so that no statement waits for its
// workers. It returns when ctx ends.
func (e *engines) start(ctx context.Context) {
	tick := time.NewTicker(chooseRetry)
	defer tick.Stop()
	for {
		if eng, err := e.take(ctx); err == nil {
			e.put(eng)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// notReady gives the reason why there is no engine, "" if there is one.
func (e *engines) notReady() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current != nil {
		return ""
	}
	return e.reason
}

// take gives the current engine; the caller puts it back.
func (e *engines) take(ctx context.Context) (*engine, error) {
	if eng := e.use(nil); eng != nil {
		return eng, nil
	}
	return e.renew(ctx, nil)
}

// use counts one more user of the current engine, unless that is none or old.
func (e *engines) use(old *engine) *engine {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current == old {
		return nil
	}
	e.current.users++
	return e.current
}

// put gives an engine back.
func (e *engines) put(eng *engine) {
	e.mu.Lock()
	eng.users--
	last := eng.retired && eng.users == 0
	e.mu.Unlock()
	if last {
		eng.pool.Close()
	}
}

// renew chooses the source anew, if nobody else has replaced old meanwhile, and
// takes the engine over it: old itself where nothing has changed.
func (e *engines) renew(ctx context.Context, old *engine) (*engine, error) {
	select {
	case e.choosing <- struct{}{}:
		defer func() { <-e.choosing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if eng := e.use(old); eng != nil {
		return eng, nil
	}
	eng, err := e.build(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.reason = err.Error()
		return nil, err
	}
	e.current = eng
	eng.users++
	return eng, nil
}

// build makes the engine over the source of now and retires the one before it.
// The caller holds e.choosing.
func (e *engines) build(ctx context.Context) (*engine, error) {
	src, err := e.choose(ctx)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	before := e.current
	e.mu.Unlock()
	if before != nil {
		if src.same(before.source) {
			return before, nil
		}
		e.retire(before)
	}
	eng, err := e.startWorkers(src)
	if _, direct := src.(s3Source); direct && err != nil && e.config.Access == accessAuto {
		e.log.Warn("query workers over S3 do not start; objects are read through storaged", "error", err)
		e.noS3 = err
		if src, err = e.openCache(); err == nil {
			eng, err = e.startWorkers(src)
		}
	}
	return eng, err
}

// startWorkers makes the engine over a source. The caller holds e.choosing.
func (e *engines) startWorkers(src source) (eng *engine, err error) {
	e.made++
	eng = &engine{source: src, metrics: prometheus.NewRegistry()}
	if eng.pool, err = duck.NewPool(e.poolConfig(eng)); err != nil {
		return nil, err
	}
	e.registry.MustRegister(eng.metrics)
	e.log.Info("query workers are up", "root", src.String(), "sandbox", eng.pool.Sandbox())
	return eng, nil
}

func (e *engines) poolConfig(eng *engine) duck.Config {
	c := e.config
	config := duck.Config{
		Workers: (c.MaxConcurrent + 1) / 2, MaxWorkers: c.MaxConcurrent,
		Limits:   duck.Limits{MemoryBytes: c.MemoryBytes, Threads: c.Threads, SpillBytes: c.SpillBytes},
		SpillDir: filepath.Join(e.spillDir, strconv.Itoa(e.made)), // a folder belongs to one pool
		Log:      e.log, Metrics: eng.metrics,
	}
	eng.allow(&config)
	return config
}

// retire takes the current engine out of use. Statements that run on it finish.
func (e *engines) retire(old *engine) {
	e.log.Warn("the objects are elsewhere now", "was", old.String())
	e.registry.Unregister(old.metrics)
	e.mu.Lock()
	old.retired, e.current = true, nil
	idle := old.users == 0
	e.mu.Unlock()
	if idle {
		old.pool.Close()
	}
}

// fetch opens an object for the cache.
func (e *engines) fetch(ctx context.Context, key string) (io.ReadCloser, error) {
	body, _, err := e.storage.Get(ctx, key, storage.Range{})
	return body, err
}

// close ends the workers and gives the cache free. No statement runs any more.
func (e *engines) close() error {
	e.choosing <- struct{}{} // for ever
	e.mu.Lock()
	current := e.current
	e.current, e.reason = nil, "the daemon is stopping"
	e.mu.Unlock()
	var errs []error
	if current != nil {
		errs = append(errs, current.pool.Close())
	}
	if e.cache != nil {
		errs = append(errs, e.cache.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(e.spillDir), e.spillLock.Release())...)
}
