package catalogd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	loadPause = 200 * time.Millisecond // between tries to read the pointers
	loadTry   = 2 * time.Minute        // for one try
)

// daemon is catalogd. It answers once the pointers are read.
type daemon struct {
	env     service.Env
	config  Config
	metrics *metrics
	storage storage.Client
	engine  atomic.Pointer[engine] // nil: the pointers are not read yet
	trouble atomic.Pointer[string] // why not
}

// New starts catalogd. It returns at once and reads the pointers in the
// background; storaged may come up later.
func New(_ context.Context, env service.Env, c Config) (*service.Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	d := &daemon{
		env: env, config: c, metrics: newMetrics(env.Metrics),
		storage: storage.Client{Client: env.Peer("storaged"), Bucket: c.Bucket},
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if e := d.load(ctx); e != nil {
			d.engine.Store(e)
			d.metrics.watch(env.Metrics, e)
			var group sync.WaitGroup
			group.Go(func() { recur(ctx, cleanEvery, cleanEvery, func(now time.Time) { e.cleanOnce(ctx, now) }) })
			group.Go(func() { e.removeOrphans(ctx) })
			group.Go(func() {
				recur(ctx, deleteDroppedEvery, deleteDroppedEvery, func(now time.Time) { e.deleteDueDropped(ctx, now) })
			})
			group.Wait()
		}
	}()
	return &service.Daemon{Routes: append(d.routes(), d.internalRoutes()...), Ready: d.reasons, Close: func() error {
		stop()
		<-ended
		return nil
	}}, nil
}

// load tries until the pointers are read, or the daemon stops (nil).
func (d *daemon) load(ctx context.Context) *engine {
	for {
		e, err := d.loadOnce(ctx)
		if err == nil {
			d.trouble.Store(nil)
			return e
		}
		reason := err.Error()
		if previous := d.trouble.Swap(&reason); previous == nil {
			d.env.Log.Warn("the pointers cannot be read yet; trying on", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(loadPause):
		}
	}
}

func (d *daemon) loadOnce(ctx context.Context) (*engine, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTry)
	defer cancel()
	bucket, err := d.bucket(ctx)
	if err != nil {
		return nil, err
	}
	s := &store{Client: &d.storage, bucket: bucket}
	e := &engine{
		config: d.config, store: s, dir: newDirectory(newTables(d.config.TableMemory)), log: d.env.Log, metrics: d.metrics,
		moves:     make(chan struct{}, 1),
		cleaner:   newCleaner(d.config.DeleteAfter.Std()),
		retention: retention{maxVersions: d.config.MaxVersions, maxAge: d.config.MaxAge.Std(), keepNewest: d.config.KeepNewest},
	}
	return e, e.load(ctx)
}

// bucket asks storaged for the bucket's own name, which stands in every
// location.
func (d *daemon) bucket(ctx context.Context) (string, error) {
	buckets, err := d.storage.Buckets(ctx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(buckets))
	for i, b := range buckets {
		if b.Name == d.config.Bucket || d.config.Bucket == "" && b.Default {
			return b.Name, nil
		}
		names[i] = b.Name
	}
	return "", fmt.Errorf("[catalogd] bucket: storaged has no bucket %q, only %s", d.config.Bucket, strings.Join(names, ", "))
}

// ready gives the engine, or says that the pointers are not read yet.
func (d *daemon) ready() (*engine, error) {
	if e := d.engine.Load(); e != nil {
		return e, nil
	}
	p := wire.ErrNotReady.Errorf("catalogd is reading the catalog; try again").After(time.Second)
	if trouble := d.trouble.Load(); trouble != nil {
		p = p.Because(errors.New(*trouble))
	}
	return nil, p
}

// reasons tell why requests cannot be answered now.
func (d *daemon) reasons(ctx context.Context) []string {
	if d.engine.Load() == nil {
		if trouble := d.trouble.Load(); trouble != nil {
			return []string{"the catalog cannot be read: " + *trouble}
		}
		return []string{"the catalog is being read"}
	}
	if _, err := d.storage.Buckets(ctx); err != nil {
		return []string{"storage: " + err.Error()}
	}
	return nil
}
