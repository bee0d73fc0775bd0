package ingestd

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// metrics are what an operator sees of the ingests.
type metrics struct {
	ingests *prometheus.CounterVec
	rows    *prometheus.CounterVec
	bytes   prometheus.Counter
	seconds *prometheus.HistogramVec

	erasures    *prometheus.CounterVec
	compactions *prometheus.CounterVec
	folded      prometheus.Counter
	jobsEnded   *prometheus.CounterVec
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
		erasures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingest_erasures_total", Help: "Erasures by outcome: planned, erased, or the code of the error.",
		}, []string{"outcome"}),
		compactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingest_compactions_total", Help: "Compactions: done, overtaken by another writer, or failed.",
		}, []string{"outcome"}),
		folded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_ingest_compacted_files_total", Help: "Small files that compactions folded into larger ones.",
		}),
		jobsEnded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingest_jobs_ended_total", Help: "Jobs that ended, by the state in which they did.",
		}, []string{"state"}),
	}
	registry.MustRegister(m.ingests, m.rows, m.bytes, m.seconds, m.erasures, m.compactions, m.folded, m.jobsEnded)
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

// erasure counts a plan, or an erasure that ended.
func (m *metrics) erasure(done ingest.Erasure, err error) {
	outcome := "planned"
	switch {
	case err != nil:
		outcome = outcomeOf(err)
	case done.Erased:
		outcome = "erased"
	}
	m.erasures.WithLabelValues(outcome).Inc()
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

// watch shows the table of jobs among the metrics.
func (js *jobs) watch(registry prometheus.Registerer) {
	for _, state := range ingest.JobStates() {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_ingest_jobs", Help: "Jobs that are kept now, by state; a job whose file comes in is queued.",
			ConstLabels: prometheus.Labels{"state": string(state)},
		}, func() float64 { return float64(js.count(state)) }))
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lakehouse_ingest_job_queue_length", Help: "Jobs that were accepted and wait for their turn.",
	}, func() float64 {
		js.mu.Lock()
		defer js.mu.Unlock()
		return float64(len(js.waiting))
	}))
}

// count tells how many jobs have a state.
func (js *jobs) count(state ingest.JobState) (n int) {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.byID {
		if shown, _, _ := j.look(); shown.State == state {
			n++
		}
	}
	return n
}
