package ingestd

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// ingestd is the daemon.
type ingestd struct {
	config  Config
	log     *slog.Logger
	spool   *spool
	pool    *duck.Pool
	storage storage.Client
	catalog catalog.Client
	turns   *turns
	slots   chan struct{} // one token for each ingest that runs
	metrics *metrics

	compactor *compactor
	jobs      *jobs

	heartbeat  time.Duration // of streams of events
	paceWindow time.Duration // over which an upload's rate is averaged
}

// New builds the daemon. It empties the spool that an earlier life left, and goes on
// with the jobs that had not ended.
func New(_ context.Context, env service.Env, config Config) (*service.Daemon, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	spool, err := openSpool(env.Fleet.Data)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(env, config, spool)
	if err != nil {
		return nil, errors.Join(err, spool.lock.Release())
	}
	metrics := newMetrics(env.Metrics)
	jobs, err := openJobs(env.Fleet.Data, config, env.Log, metrics)
	if err != nil {
		return nil, errors.Join(err, pool.Close(), spool.lock.Release())
	}
	d := &ingestd{
		config:  config,
		log:     env.Log,
		spool:   spool,
		pool:    pool,
		storage: storage.Client{Client: env.Peer("storaged")},
		catalog: catalog.Client{Client: env.Peer("catalogd")},
		turns:   newTurns(),
		slots:   make(chan struct{}, config.MaxUploads),
		metrics: metrics,
		jobs:    jobs,

		heartbeat: heartbeatEvery, paceWindow: paceWindow,
	}
	d.compactor = newCompactor(d, 1)
	d.watch(env.Metrics)
	ctx, stop := context.WithCancel(context.Background())
	var background sync.WaitGroup
	background.Go(func() { d.compactor.run(ctx) })
	jobs.start(d.loadJob)
	ready := func(ctx context.Context) []string { return env.Unreachable(ctx, "storaged", "catalogd") }
	end := func() error {
		stop()
		background.Wait()
		jobs.close()
		return errors.Join(pool.Close(), spool.lock.Release())
	}
	return &service.Daemon{Routes: d.routes(), Ready: ready, Close: end}, nil
}

// admitRetry is how long a client is asked to wait for a free place.
const admitRetry = 2 * time.Second

// admit takes a place among the ingests that may run at once; leave gives it
// back.
func (d *ingestd) admit() (leave func(), err error) {
	select {
	case d.slots <- struct{}{}:
		return func() { <-d.slots }, nil
	default:
		return nil, ingest.ErrTooManyJobs.Errorf("%d ingests are under way already; try again", d.config.MaxUploads).
			With("limit", d.config.MaxUploads).After(admitRetry)
	}
}
