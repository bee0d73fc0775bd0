package duck

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what an operator watches of a pool.
type metrics struct {
	faults *prometheus.CounterVec
}

// The reasons for which a worker is replaced, as the metrics name them.
const (
	faultMemory    = "memory"    // it outgrew Limits.MemoryBytes
	faultSpill     = "spill"     // its statement outgrew Limits.SpillBytes
	faultDeadline  = "deadline"  // its statement did not stop when its time was over
	faultCancelled = "cancelled" // nor when nobody wanted it any more
	faultCrash     = "crash"     // it died
	faultOther     = "other"     // its state is in doubt
)

// reasonOf names why a worker is replaced.
func reasonOf(fault error) string {
	switch {
	case errors.Is(fault, ErrMemory):
		return faultMemory
	case errors.Is(fault, ErrSpill):
		return faultSpill
	case errors.Is(fault, ErrTimeout):
		return faultDeadline
	case errors.Is(fault, context.Canceled):
		return faultCancelled
	case errors.Is(fault, ErrCrashed):
		return faultCrash
	}
	return faultOther
}

// measure makes the metrics and registers them with r, if there is one. Each reason
// shows from the start, as 0, so that the first time is seen as a change.
func (p *Pool) measure(r prometheus.Registerer) error {
	p.metrics.faults = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lakehouse_duck_worker_faults_total",
		Help: "DuckDB workers that were replaced: they outgrew their memory, did not stop at their deadline or when cancelled, crashed, or left doubt about their state.",
	}, []string{"reason"})
	for _, reason := range []string{faultMemory, faultSpill, faultDeadline, faultCancelled, faultCrash, faultOther} {
		p.metrics.faults.WithLabelValues(reason)
	}
	if r == nil {
		return nil
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	for _, c := range []prometheus.Collector{
		p.metrics.faults,
		gauge("lakehouse_duck_workers", "DuckDB worker processes, idle and busy.", p.count),
		gauge("lakehouse_duck_workers_busy", "Statements and jobs that hold a DuckDB worker.", func() float64 { return float64(len(p.slots)) }),
		gauge("lakehouse_duck_worker_slots", "Statements and jobs that may hold a DuckDB worker at once; more wait.", func() float64 { return float64(cap(p.slots)) }),
		gauge("lakehouse_duck_resident_bytes", "Memory that all DuckDB workers together hold; they are processes of their own.", p.resident),
		gauge("lakehouse_duck_worker_memory_limit_bytes", "Memory that one DuckDB worker may hold before it is killed.", func() float64 { return float64(p.config.Limits.MemoryBytes) }),
	} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pool) count() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return float64(len(p.live))
}

func (p *Pool) resident() (bytes float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.live {
		bytes += float64(w.resident())
	}
	return bytes
}
