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
			Name: "lakehouse_ingestd_ingests_total", Help: "Ingests by outcome: created, unchanged, or the code of the error.",
		}, []string{"outcome"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_rows_total", Help: "Rows of files, taken or quarantined.",
		}, []string{"fate"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_received_bytes_total", Help: "Bytes of files received.",
		}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lakehouse_ingestd_phase_duration_seconds", Help: "Time of each phase of an ingest.",
			Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}, []string{"phase"}),
		erasures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_erasures_total", Help: "Erasures by outcome: planned, erased, or the code of the error.",
		}, []string{"outcome"}),
		compactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_compactions_total", Help: "Compactions: done, overtaken by another writer, or failed.",
		}, []string{"outcome"}),
		folded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_compacted_files_total", Help: "Small files that compactions folded into larger ones.",
		}),
		jobsEnded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_ingestd_jobs_ended_total", Help: "Jobs that ended, by the state in which they did.",
		}, []string{"state"}),
	}
	for _, outcome := range []string{"done", "overtaken", "failed"} {
		m.compactions.WithLabelValues(outcome) // from the start, as 0, so that the first time is seen as a change
	}
	for _, fate := range []string{"taken", "quarantined"} {
		m.rows.WithLabelValues(fate)
	}
	for _, state := range ingest.JobStates() {
		if state.Ended() {
			m.jobsEnded.WithLabelValues(string(state))
		}
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

// watch adds what is under way now.
func (d *ingestd) watch(registry prometheus.Registerer) {
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	registry.MustRegister(
		gauge("lakehouse_ingestd_uploads_running", "Ingests and erasures under way, but for jobs.", func() int64 { return int64(len(d.slots)) }),
		gauge("lakehouse_ingestd_upload_slots", "Ingests and erasures that may be under way at once; more are refused.", func() int64 { return int64(cap(d.slots)) }),
		gauge("lakehouse_ingestd_spool_bytes", "Bytes of files under way and of jobs.", d.spool.bytes),
		gauge("lakehouse_ingestd_compactions_waiting", "Datasets that wait to be looked at for small files.", d.compactor.waiting),
		gauge("lakehouse_ingestd_jobs_waiting", "Jobs that were accepted and wait for their turn.", d.jobs.queued),
		gauge("lakehouse_ingestd_jobs_open", "Jobs that have not ended.", d.jobs.unended),
		gauge("lakehouse_ingestd_job_places", "Jobs that may wait or run at once; more are refused.", func() int64 { return int64(d.config.MaxJobs) }))
	for _, state := range ingest.JobStates() {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "lakehouse_ingestd_jobs", Help: "Jobs that are kept now, by state; a job whose file comes in is queued.",
			ConstLabels: prometheus.Labels{"state": string(state)},
		}, func() float64 { return float64(d.jobs.count(state)) }))
	}
}

// queued is how many jobs wait for their turn.
func (js *jobs) queued() int64 {
	js.mu.Lock()
	defer js.mu.Unlock()
	return int64(len(js.waiting))
}

// unended is how many jobs wait, run, or are coming in.
func (js *jobs) unended() int64 {
	js.mu.Lock()
	defer js.mu.Unlock()
	return int64(js.open)
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
