package embedd

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
)

// metrics are what /metrics says of texts and models.
type metrics struct {
	texts, tokens *prometheus.CounterVec
	batches       *prometheus.HistogramVec
}

// What became of a batch.
const (
	outcomeOK        = "ok"
	outcomeFailed    = "failed"
	outcomeCancelled = "cancelled"
)

func newMetrics(registry *prometheus.Registry, s *server) *metrics {
	m := &metrics{
		texts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_embedd_texts_total", Help: "Texts of which a vector was made, by model; those found in the cache are not among them.",
		}, []string{"model"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_embedd_tokens_total", Help: "Tokens of these texts that were read, as far as providers tell, by model.",
		}, []string{"model"}),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_embedd_batch_duration_seconds", Help: "Time that a batch of texts takes, by model and outcome: ok, failed, cancelled (nobody waited any more).",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60},
		}, []string{"model", "outcome"}),
	}
	for _, model := range s.models { // from the start, as 0
		m.texts.WithLabelValues(model.name)
		m.tokens.WithLabelValues(model.name)
		for _, outcome := range []string{outcomeOK, outcomeFailed, outcomeCancelled} {
			m.batches.WithLabelValues(model.name, outcome)
		}
	}
	counter := func(name, help string, of func(memo.Counts) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "lakehouse_embedd_" + name, Help: help}, func() float64 { return float64(of(s.memo.Counts())) })
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lakehouse_embedd_" + name, Help: help}, value)
	}
	for _, model := range s.models {
		if model.leftAlone == nil {
			continue
		}
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_embedd_provider_left_alone", Help: "1 where a provider failed so often that it is not asked for a moment, by model.",
			ConstLabels: prometheus.Labels{"model": model.name},
		}, func() float64 {
			if model.leftAlone() {
				return 1
			}
			return 0
		}))
	}
	registry.MustRegister(m.texts, m.tokens, m.batches,
		counter("cache_hits_total", "Texts whose vector was kept.", func(c memo.Counts) int64 { return c.Hits }),
		counter("cache_shared_total", "Texts whose vector was being made for somebody else.", func(c memo.Counts) int64 { return c.Shared }),
		counter("cache_misses_total", "Texts whose vector had to be made.", func(c memo.Counts) int64 { return c.Misses }),
		counter("cache_evictions_total", "Vectors that went for newer ones.", func(c memo.Counts) int64 { return c.Evictions }),
		gauge("cache_bytes", "Memory that kept vectors take.", func() float64 { return float64(s.memo.Counts().Bytes) }),
		gauge("cache_limit_bytes", "Memory that they may take.", func() float64 { return float64(s.config.CacheBytes) }),
		gauge("requests_waiting", "Requests that wait for a permit.", func() float64 { return float64(s.permits.waiting.Load()) }))
	return m
}

// made counts a batch that began at a time.
func (m *metrics) made(model string, batch []embedded.Embedding, began time.Time, err error) {
	outcome := outcomeOK
	switch {
	case errors.Is(err, context.Canceled):
		outcome = outcomeCancelled
	case err != nil:
		outcome = outcomeFailed
	default:
		m.texts.WithLabelValues(model).Add(float64(len(batch)))
		for _, e := range batch {
			m.tokens.WithLabelValues(model).Add(float64(e.Tokens))
		}
	}
	m.batches.WithLabelValues(model, outcome).Observe(time.Since(began).Seconds())
}
