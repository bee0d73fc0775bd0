package catalogd

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what an operator sees of the catalog.
type metrics struct {
	versions      prometheus.Counter
	registrations prometheus.Counter
	edits         *prometheus.CounterVec
	conflicts     prometheus.Counter
	commits       prometheus.Histogram
	expired       prometheus.Counter
	removed       *prometheus.CounterVec
	stuck         prometheus.Counter
	searches      *prometheus.CounterVec
	damaged       prometheus.Counter
}

// Why objects are removed, as the metrics name it.
const (
	removedUnneeded = "unneeded" // only versions that are kept no longer named it, or it was replaced
	removedOrphan   = "orphan"   // a search found it
	removedDropped  = "dropped"  // of a dropped dataset whose time was over
	removedPurged   = "purged"   // an erasure took its versions
)

// newMetrics makes the metrics. What seldom happens shows from the start, as 0, so
// that the first time is seen as a change.
func newMetrics(registry prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	vector := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	}
	m := &metrics{
		versions:      counter("lakehouse_catalogd_versions_total", "Versions committed."),
		registrations: counter("lakehouse_catalogd_registrations_total", "Registrations that came into a version; over versions, how many share one."),
		edits:         vector("lakehouse_catalogd_edits_total", "Changes of datasets and views that brought no objects, by their sort: tag, rollback, drop, drop_view, ...", "op"),
		conflicts:     counter("lakehouse_catalogd_pointer_conflicts_total", "Commits that another writer was faster than, and that were made anew."),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lakehouse_catalogd_commit_duration_seconds", Help: "Time that a batch of registrations, or an edit, took once it was its turn, also in vain.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		expired:  counter("lakehouse_catalogd_versions_expired_total", "Versions that are kept no longer: they were too many, too old, or erased."),
		removed:  vector("lakehouse_catalogd_objects_removed_total", "Objects removed from storage: unneeded, orphan, dropped, or purged by an erasure.", "reason"),
		stuck:    counter("lakehouse_catalogd_removal_failures_total", "Objects that storage did not remove when it was asked to; they are tried again."),
		searches: vector("lakehouse_catalogd_orphan_searches_total", "Searches for objects that no version names: done, or stopped by what could not be read, so that nothing was removed.", "outcome"),
		damaged:  counter("lakehouse_catalogd_damaged_pointers_total", "Times that a pointer was read that makes no sense; the log names it."),
	}
	for _, reason := range []string{removedUnneeded, removedOrphan, removedDropped, removedPurged} {
		m.removed.WithLabelValues(reason)
	}
	for _, outcome := range []string{"done", "stopped"} {
		m.searches.WithLabelValues(outcome)
	}
	registry.MustRegister(m.versions, m.registrations, m.edits, m.conflicts, m.commits, m.expired, m.removed, m.stuck, m.searches, m.damaged)
	return m
}

// watch adds what there is now, once the pointers are read.
func (m *metrics) watch(registry prometheus.Registerer, e *engine) {
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	registry.MustRegister(
		gauge("lakehouse_catalogd_datasets", "Datasets.", func() int64 { return e.dir.counts().datasets }),
		gauge("lakehouse_catalogd_views", "Views.", func() int64 { return e.dir.counts().views }),
		gauge("lakehouse_catalogd_dropped_names", "Names under which dropped datasets and views wait to be restored or deleted.", func() int64 { return e.dir.counts().waiting }),
		gauge("lakehouse_catalogd_objects_waiting", "Objects that are to be removed once the longest query has passed.", e.cleaner.waiting),
		gauge("lakehouse_catalogd_table_memory_bytes", "Bytes that tables take in memory, about.", e.dir.tables.bytes),
		gauge("lakehouse_catalogd_table_memory_limit_bytes", "Bytes that tables may take in memory; beyond it they are read again when asked for.", func() int64 { return e.dir.tables.limit }))
}

func (m *metrics) committed(registrations int) {
	m.versions.Inc()
	m.registrations.Add(float64(registrations))
}

// took notes how long a commit was at work.
func (m *metrics) took(since time.Time) { m.commits.Observe(time.Since(since).Seconds()) }

func (m *metrics) gone(d deletion) {
	reason := removedUnneeded
	if d.orphan {
		reason = removedOrphan
	}
	m.removed.WithLabelValues(reason).Inc()
}

func (m *metrics) searched(err error) {
	outcome := "done"
	if err != nil {
		outcome = "stopped"
	}
	m.searches.WithLabelValues(outcome).Inc()
}
