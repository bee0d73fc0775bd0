package storaged

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// metrics is what /metrics says of storaged beside its requests.
type metrics struct {
	registry prometheus.Registerer
	bytesIn  prometheus.Counter
	bytesOut prometheus.Counter
	refused  *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

// newMetrics makes the metrics. What can be refused shows from the start, as 0, so
// that the first time is seen as a change.
func newMetrics(registry prometheus.Registerer, writes slots) *metrics {
	m := &metrics{
		registry: registry,
		bytesIn:  prometheus.NewCounter(prometheus.CounterOpts{Name: "lakehouse_storaged_received_bytes_total", Help: "Bytes of objects read from clients."}),
		bytesOut: prometheus.NewCounter(prometheus.CounterOpts{Name: "lakehouse_storaged_sent_bytes_total", Help: "Bytes of objects sent to clients."}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_storaged_refused_writes_total", Help: "Writes refused by a cap, by the code of the answer.",
		}, []string{"code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_storaged_backend_duration_seconds", Help: "Time spent in a backend; of a get, until its first byte.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"backend", "operation"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_storaged_backend_failures_total", Help: "Operations that a backend failed at: a disk or an S3 in trouble, not what was asked of it.",
		}, []string{"backend", "operation"}),
	}
	for _, kind := range []*wire.Kind{storage.ErrDiskReserve, storage.ErrTooManyWrites, storage.ErrObjectTooLarge} {
		m.refused.WithLabelValues(kind.Code)
	}
	registry.MustRegister(m.bytesIn, m.bytesOut, m.refused, m.latency, m.failures)
	m.watchSlots("users", writes.users)
	m.watchSlots("daemons", writes.daemons)
	return m
}

// watchSlots adds how many of the writers' slots are taken.
func (m *metrics) watchSlots(writers string, of chan struct{}) {
	labels := prometheus.Labels{"writers": writers}
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_storaged_writes_running", Help: "Writes in progress, of users and of the daemons themselves.", ConstLabels: labels,
		}, func() float64 { return float64(len(of)) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_storaged_write_slots", Help: "Writes that may be in progress at once; more are refused.", ConstLabels: labels,
		}, func() float64 { return float64(cap(of)) }))
}

// watchDisk adds how full the disk of a local bucket is.
func (m *metrics) watchDisk(store backend.Store) {
	b := store.Describe()
	if b.FreeBytes == nil {
		return
	}
	gauge := func(name, help string, value func(storage.Bucket) *int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: prometheus.Labels{"bucket": b.Name}}, func() float64 {
			if n := value(store.Describe()); n != nil {
				return float64(*n)
			}
			return math.NaN()
		})
	}
	m.registry.MustRegister(
		gauge("lakehouse_storaged_disk_free_bytes", "Bytes free on the disk of a local bucket.", func(b storage.Bucket) *int64 { return b.FreeBytes }),
		gauge("lakehouse_storaged_disk_reserve_bytes", "Bytes of them that are kept in reserve: below, writes are refused.", func(b storage.Bucket) *int64 { return b.ReserveBytes }))
}

// measured is a store whose operations are timed, and its failures counted.
type measured struct {
	backend.Store
	kind    string
	metrics *metrics
}

func (m *metrics) measure(kind string, store backend.Store) backend.Store {
	for _, operation := range []string{"put", "get", "head", "delete", "list"} {
		m.failures.WithLabelValues(kind, operation)
	}
	return measured{store, kind, m}
}

// observe notes the end of an operation. A failure is the backend's own: not that
// of a client that left, nor a refusal.
func (m measured) observe(ctx context.Context, operation string, start time.Time, err error) {
	m.metrics.latency.WithLabelValues(m.kind, operation).Observe(time.Since(start).Seconds())
	if err == nil || ctx.Err() != nil {
		return
	}
	if kind := wire.AsProblem(err).Kind; kind.Status >= http.StatusInternalServerError && !kind.Is(storage.ErrDiskReserve) {
		m.metrics.failures.WithLabelValues(m.kind, operation).Inc()
	}
}

func (m measured) Put(ctx context.Context, w backend.Write) (object storage.Object, created bool, err error) {
	defer func(start time.Time) { m.observe(ctx, "put", start, err) }(time.Now())
	return m.Store.Put(ctx, w)
}

func (m measured) Get(ctx context.Context, key string, r *backend.Range) (content *backend.Content, err error) {
	defer func(start time.Time) { m.observe(ctx, "get", start, err) }(time.Now())
	return m.Store.Get(ctx, key, r)
}

func (m measured) Head(ctx context.Context, key string) (object storage.Object, err error) {
	defer func(start time.Time) { m.observe(ctx, "head", start, err) }(time.Now())
	return m.Store.Head(ctx, key)
}

func (m measured) Delete(ctx context.Context, key string) (err error) {
	defer func(start time.Time) { m.observe(ctx, "delete", start, err) }(time.Now())
	return m.Store.Delete(ctx, key)
}

func (m measured) List(ctx context.Context, p backend.Page) (listing storage.Listing, err error) {
	defer func(start time.Time) { m.observe(ctx, "list", start, err) }(time.Now())
	return m.Store.List(ctx, p)
}
