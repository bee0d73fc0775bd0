package duck

import "github.com/prometheus/client_golang/prometheus"

// metrics are what an operator watches of a pool.
type metrics struct {
	replaced prometheus.Counter
}

// newMetrics makes the metrics and registers them with r, if there is one.
func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		replaced: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "lakehouse_duck_workers_replaced_total",
			Help: "Query workers that crashed, were killed, or were ended because their state was in doubt.",
		}),
	}
	if r != nil {
		r.MustRegister(m.replaced)
	}
	return m
}

// ended counts a worker's end; reason is "" if nothing was wrong with it.
func (m *metrics) ended(reason string) {
	if reason != "" {
		m.replaced.Inc()
	}
}
