package service

// What a daemon, and the fleet, can be.
const (
	StatusOK       = "ok"
	StatusNotReady = "not_ready" // it answers and says why it cannot serve
	StatusDown     = "down"      // it does not answer
	StatusDegraded = "degraded"  // the fleet: a daemon is not ok
)

// FleetHealth is the answer of /v1/health. Status is "ok" or "degraded"; the
// services are those that are deployed.
type FleetHealth struct {
	Status   string                   `json:"status"`
	Services map[string]ServiceHealth `json:"services"`
}

// ServiceHealth is how one daemon is: "ok", "not_ready" with its reasons, or
// "down".
type ServiceHealth struct {
	Status    string   `json:"status"`
	LatencyMS float64  `json:"latency_ms"` // of its /health, as the gateway sees it
	Version   string   `json:"version,omitempty"`
	Reasons   []string `json:"reasons,omitempty"`
}
