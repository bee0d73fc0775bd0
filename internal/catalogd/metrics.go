package catalogd

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	versions      prometheus.Counter
	registrations prometheus.Counter
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		versions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_catalog_versions_total", Help: "Versions committed.",
		}),
		registrations: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_catalog_registrations_total", Help: "Registrations that came into a version; over versions, how many share one.",
		}),
	}
	registry.MustRegister(m.versions, m.registrations)
	return m
}

func (m *metrics) committed(registrations int) {
	m.versions.Inc()
	m.registrations.Add(float64(registrations))
}
