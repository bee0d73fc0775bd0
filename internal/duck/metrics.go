package duck

import "github.com/prometheus/client_golang/prometheus"

// metrics are what an operator watches of a pool.
type metrics struct {
	faults prometheus.Counter
}

// measure makes the metrics and registers them with r, if there is one.
func (p *Pool) measure(r prometheus.Registerer) error {
	p.metrics.faults = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "lakehouse_duck_worker_faults_total",
		Help: "DuckDB workers that crashed, broke a bound or left doubt about their state.",
	})
	workers := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lakehouse_duck_workers",
		Help: "DuckDB worker processes, idle and busy.",
	}, func() float64 {
		p.mu.Lock()
		defer p.mu.Unlock()
		return float64(len(p.live))
	})
	busy := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lakehouse_duck_busy",
		Help: "Statements and jobs that hold a DuckDB worker.",
	}, func() float64 { return float64(len(p.slots)) })
	if r == nil {
		return nil
	}
	for _, c := range []prometheus.Collector{p.metrics.faults, workers, busy} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}
