package storaged

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// metrics is what /metrics says of storaged beside its requests.
type metrics struct {
	registry prometheus.Registerer
	bytesIn  prometheus.Counter
	bytesOut prometheus.Counter
	refused  *prometheus.CounterVec
	latency  *prometheus.HistogramVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		registry: registry,
		bytesIn:  prometheus.NewCounter(prometheus.CounterOpts{Name: "lakehouse_storage_received_bytes_total", Help: "Bytes of objects read from clients."}),
		bytesOut: prometheus.NewCounter(prometheus.CounterOpts{Name: "lakehouse_storage_sent_bytes_total", Help: "Bytes of objects sent to clients."}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_storage_refused_writes_total", Help: "Writes refused by a cap, by the code of the answer.",
		}, []string{"code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_storage_backend_duration_seconds", Help: "Time spent in a backend; of a get, until its first byte.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"backend", "operation"}),
	}
	registry.MustRegister(m.bytesIn, m.bytesOut, m.refused, m.latency)
	return m
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
		gauge("lakehouse_storage_disk_free_bytes", "Bytes free on the disk of a local bucket.", func(b storage.Bucket) *int64 { return b.FreeBytes }),
		gauge("lakehouse_storage_disk_reserve_bytes", "Bytes of them that are kept in reserve: below, writes are refused.", func(b storage.Bucket) *int64 { return b.ReserveBytes }))
}

// measured is a store whose operations are timed.
type measured struct {
	backend.Store
	kind    string
	latency *prometheus.HistogramVec
}

func (m *metrics) measure(kind string, store backend.Store) backend.Store {
	return measured{store, kind, m.latency}
}

func (m measured) observe(operation string, start time.Time) {
	m.latency.WithLabelValues(m.kind, operation).Observe(time.Since(start).Seconds())
}

func (m measured) Put(ctx context.Context, w backend.Write) (storage.Object, bool, error) {
	defer m.observe("put", time.Now())
	return m.Store.Put(ctx, w)
}

func (m measured) Get(ctx context.Context, key string, r *backend.Range) (*backend.Content, error) {
	defer m.observe("get", time.Now())
	return m.Store.Get(ctx, key, r)
}

func (m measured) Head(ctx context.Context, key string) (storage.Object, error) {
	defer m.observe("head", time.Now())
	return m.Store.Head(ctx, key)
}

func (m measured) Delete(ctx context.Context, key string) error {
	defer m.observe("delete", time.Now())
	return m.Store.Delete(ctx, key)
}

func (m measured) List(ctx context.Context, p backend.Page) (storage.Listing, error) {
	defer m.observe("list", time.Now())
	return m.Store.List(ctx, p)
}
