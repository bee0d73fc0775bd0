package queryd

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/objectcache"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The outcomes of a statement beside the codes of errors.
const (
	outcomeOK        = "ok"
	outcomeGone      = "client_gone"
	outcomeStalled   = "client_stalled"
	outcomeDisplaced = "client_displaced" // stalled for less long, while others waited
)

// metrics are what /metrics says of statements.
type metrics struct {
	registry *prometheus.Registry
	queries  *prometheus.CounterVec
	duration prometheus.Histogram
	rows     prometheus.Counter
	turns    prometheus.Histogram
	hits     prometheus.Counter
	misses   prometheus.Counter
}

func newMetrics(registry *prometheus.Registry, c Config, g *gate, j *jobs, r *results) *metrics {
	m := &metrics{
		registry: registry,
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_queryd_statements_total", Help: "Statements, by outcome: ok, client_gone, client_stalled, client_displaced, or the code of the error.",
		}, []string{"outcome"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lakehouse_queryd_statement_duration_seconds", Help: "Time from a statement's arrival to the last byte of its answer, the wait for a turn included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120, 600},
		}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_queryd_rows_total", Help: "Rows written in answers, but for those in format arrow.",
		}),
	}
	m.turns = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "lakehouse_queryd_turn_wait_seconds", Help: "Time that statements waited for their turn, also in vain.",
		Buckets: []float64{.001, .01, .1, .5, 1, 2.5, 5, 10, 15, 30, 60},
	})
	m.hits = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_queryd_result_cache_hits_total", Help: "Statements that were answered from the cache of answers.",
	})
	m.misses = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_queryd_result_cache_misses_total", Help: "Statements whose answer could have been in the cache of answers and was not.",
	})
	for _, outcome := range []string{outcomeOK, outcomeGone, outcomeStalled, outcomeDisplaced, query.ErrTooMany.Code, query.ErrTimeout.Code, query.ErrMemory.Code} {
		m.queries.WithLabelValues(outcome) // from the start, as 0, so that the first time is seen as a change
	}
	registry.MustRegister(m.queries, m.duration, m.rows, m.turns, m.hits, m.misses,
		gauge("lakehouse_queryd_result_cache_bytes", "Bytes that the cache of answers holds.", func() float64 { return float64(r.answers.Bytes()) }),
		gauge("lakehouse_queryd_result_cache_limit_bytes", "Bytes that the cache of answers may hold.", func() float64 { return float64(c.ResultCacheBytes) }),
		gauge("lakehouse_queryd_statements_running", "Statements that have their turn.", func() float64 { running, _ := g.counts(); return float64(running) }),
		gauge("lakehouse_queryd_statement_slots", "Statements that may have their turn at once.", func() float64 { return float64(g.slots) }),
		gauge("lakehouse_queryd_statements_waiting", "Statements that wait for their turn.", func() float64 { _, waiting := g.counts(); return float64(waiting) }),
		gauge("lakehouse_queryd_queue_places", "Statements that may wait for their turn; more are refused.", func() float64 { return float64(g.places) }),
		gauge("lakehouse_queryd_spill_bytes", "Bytes on disk now of what statements spill.", func() float64 { return float64(j.spilled()) }))
	return m
}

func gauge(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

// watchCache adds what the cache does.
func (m *metrics) watchCache(c *objectcache.Cache, bound int64) {
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	m.registry.MustRegister(
		counter("lakehouse_queryd_object_cache_hits_total", "Objects that were in the cache when a statement asked.", c.Counts.Hits),
		counter("lakehouse_queryd_object_cache_misses_total", "Objects that had to be fetched.", c.Counts.Misses),
		counter("lakehouse_queryd_object_cache_fetched_bytes_total", "Bytes fetched into the cache.", c.Counts.Fetched),
		counter("lakehouse_queryd_object_cache_evictions_total", "Objects that went to make room.", c.Counts.Evicted),
		gauge("lakehouse_queryd_object_cache_bytes", "Bytes that the cache holds.", func() float64 { return float64(c.Used()) }),
		gauge("lakehouse_queryd_object_cache_limit_bytes", "Bytes that the cache may hold.", func() float64 { return float64(bound) }))
}

// refused counts a request that was no statement.
func (m *metrics) refused(err error) {
	m.queries.WithLabelValues(wire.AsProblem(err).Kind.Code).Inc()
}

// finished counts a statement. ctx is its request's.
func (m *metrics) finished(ctx context.Context, q *job, err error) {
	outcome := outcomeOK
	switch {
	case errors.Is(err, errDisplaced):
		outcome = outcomeDisplaced
	case errors.Is(err, errStalled):
		outcome = outcomeStalled
	case err != nil && ctx.Err() != nil:
		outcome = outcomeGone
	case err != nil:
		outcome = wire.AsProblem(err).Kind.Code
	}
	m.queries.WithLabelValues(outcome).Inc()
	m.duration.Observe(time.Since(q.started).Seconds())
	m.rows.Add(float64(q.rows.Load()))
}
