package ingestd

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
	slots   chan struct{} // one token for each ingest that runs
	metrics *metrics
}

// New builds the daemon. It empties the spool that an earlier life left.
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
	d := &ingestd{
		config:  config,
		log:     env.Log,
		spool:   spool,
		pool:    pool,
		storage: storage.Client{Client: env.Peer("storaged")},
		catalog: catalog.Client{Client: env.Peer("catalogd")},
		slots:   make(chan struct{}, config.MaxUploads),
		metrics: newMetrics(env.Metrics),
	}
	ready := func(ctx context.Context) []string { return env.Unreachable(ctx, "storaged", "catalogd") }
	return &service.Daemon{Routes: d.routes(), Ready: ready, Close: func() error { return errors.Join(pool.Close(), spool.lock.Release()) }}, nil
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

// metrics are what an operator sees of the ingests.
type metrics struct {
	ingests *prometheus.CounterVec
	rows    *prometheus.CounterVec
	bytes   prometheus.Counter
	seconds *prometheus.HistogramVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		ingests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingests_total", Help: "Ingests by outcome: created, unchanged, or the code of the error.",
		}, []string{"outcome"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingest_rows_total", Help: "Rows of files, taken or quarantined.",
		}, []string{"fate"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_ingest_received_bytes_total", Help: "Bytes of files received.",
		}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_ingest_phase_seconds", Help: "Time of each phase of an ingest.",
			Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}, []string{"phase"}),
	}
	registry.MustRegister(m.ingests, m.rows, m.bytes, m.seconds)
	return m
}

// record counts an ingest that ended.
func (m *metrics) record(answer ingest.Answer, err error) {
	switch {
	case err != nil:
		m.ingests.WithLabelValues(outcomeOf(err)).Inc()
		return
	case answer.Unchanged:
		m.ingests.WithLabelValues("unchanged").Inc()
		return
	}
	m.ingests.WithLabelValues("created").Inc()
	m.rows.WithLabelValues("taken").Add(float64(answer.Rows))
	m.rows.WithLabelValues("quarantined").Add(float64(answer.Rejected))
}

// timer measures the phases of one ingest.
type timer struct {
	metrics *metrics
	last    time.Time
}

func (t *timer) done(phase string) {
	now := time.Now()
	t.metrics.seconds.WithLabelValues(phase).Observe(now.Sub(t.last).Seconds())
	t.last = now
}
