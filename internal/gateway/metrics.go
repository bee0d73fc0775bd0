package gateway

import "github.com/prometheus/client_golang/prometheus"

// Why a daemon's answer did not reach its client, as the metrics name it.
const (
	failedUnreachable = "unreachable" // it could not be called
	failedTimeout     = "timeout"     // it did not begin to answer in time
	failedBroken      = "broken_off"  // its answer has no end
)

// newFailures counts what daemons owe their clients. All of it shows from the start,
// as 0, so that the first time is seen as a change.
func newFailures(registry prometheus.Registerer, deployed []string) *prometheus.CounterVec {
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lakehouse_gateway_peer_failures_total", Help: "Requests that a daemon behind the gateway did not answer, or not to the end.",
	}, []string{"peer", "reason"})
	for _, name := range deployed {
		for _, reason := range []string{failedUnreachable, failedTimeout, failedBroken} {
			failures.WithLabelValues(name, reason)
		}
	}
	registry.MustRegister(failures)
	return failures
}
