package catalogd

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	versions      prometheus.Counter
	registrations prometheus.Counter
	orphans       prometheus.Counter
	searches      *prometheus.CounterVec
	edits         *prometheus.CounterVec
	deleted       prometheus.Counter
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		versions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_catalog_versions_total", Help: "Versions committed.",
		}),
		registrations: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_catalog_registrations_total", Help: "Registrations that came into a version; over versions, how many share one.",
		}),
		orphans: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_catalog_orphans_removed_total", Help: "Objects removed that no kept version named.",
		}),
		searches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lakehouse_catalog_orphan_walks_total", Help: "Searches for such objects: done, or stopped by what could not be read, so that nothing was removed.",
		}, []string{"outcome"}),
	}
	m.edits = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lakehouse_catalog_edits_total", Help: "Changes of datasets that brought no objects, by their sort: tag, rollback, drop, ...",
	}, []string{"op"})
	m.deleted = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_catalog_dropped_objects_deleted_total", Help: "Objects deleted of dropped datasets whose time was over.",
	})
	registry.MustRegister(m.versions, m.registrations, m.orphans, m.searches, m.edits, m.deleted)
	return m
}

func (m *metrics) committed(registrations int) {
	m.versions.Inc()
	m.registrations.Add(float64(registrations))
}

func (m *metrics) removed(d deletion) {
	if d.orphan {
		m.orphans.Inc()
	}
}

func (m *metrics) searched(err error) {
	outcome := "done"
	if err != nil {
		outcome = "stopped"
	}
	m.searches.WithLabelValues(outcome).Inc()
}
