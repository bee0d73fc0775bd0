package queryd

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// metrics are what /metrics says of statements.
type metrics struct {
	registry *prometheus.Registry
	queries  *prometheus.CounterVec
	duration prometheus.Histogram
	rows     prometheus.Counter
	hits     prometheus.Counter
	misses   prometheus.Counter
}

func newMetrics(registry *prometheus.Registry, g *gate, r *results) *metrics {
	m := &metrics{
		registry: registry,
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_queries_total", Help: "Statements, by outcome: ok, client_gone, client_stalled, or the code of the error.",
		}, []string{"outcome"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lakehouse_query_duration_seconds", Help: "Time from a statement's arrival to the last byte of its answer, the wait for a turn included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120, 600},
		}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_query_rows_total", Help: "Rows written in answers, but for those in format arrow.",
		}),
	}
	m.hits = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_query_result_cache_hits_total", Help: "Statements that were answered from the cache of answers.",
	})
	m.misses = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_query_result_cache_misses_total", Help: "Statements whose answer could have been in the cache of answers and was not.",
	})
	registry.MustRegister(m.queries, m.duration, m.rows, m.hits, m.misses,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_query_result_cache_bytes", Help: "Bytes that the cache of answers holds.",
		}, func() float64 { return float64(r.answers.Bytes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_queries_running", Help: "Statements that have their turn.",
		}, func() float64 { running, _ := g.counts(); return float64(running) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_queries_queued", Help: "Statements that wait for their turn.",
		}, func() float64 { _, waiting := g.counts(); return float64(waiting) }))
	return m
}

// watchCache adds what the cache does.
func (m *metrics) watchCache(c *objectcache.Cache) {
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	m.registry.MustRegister(
		counter("lakehouse_query_cache_hits_total", "Objects that were in the cache when a statement asked.", c.Counts.Hits),
		counter("lakehouse_query_cache_misses_total", "Objects that had to be fetched.", c.Counts.Misses),
		counter("lakehouse_query_cache_fetched_bytes_total", "Bytes fetched into the cache.", c.Counts.Fetched),
		counter("lakehouse_query_cache_evicted_total", "Objects that went to make room.", c.Counts.Evicted),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_query_cache_bytes", Help: "Bytes that the cache holds.",
		}, func() float64 { return float64(c.Used()) }))
}

// refused counts a request that was no statement.
func (m *metrics) refused(err error) {
	m.queries.WithLabelValues(wire.AsProblem(err).Kind.Code).Inc()
}

// finished counts a statement. ctx is its request's.
func (m *metrics) finished(ctx context.Context, q *job, err error) {
	outcome := "ok"
	switch {
	case errors.Is(err, errStalled):
		outcome = "client_stalled"
	case err != nil && ctx.Err() != nil:
		outcome = "client_gone"
	case err != nil:
		outcome = wire.AsProblem(err).Kind.Code
	}
	m.queries.WithLabelValues(outcome).Inc()
	m.duration.Observe(time.Since(q.started).Seconds())
	m.rows.Add(float64(q.rows.Load()))
}
