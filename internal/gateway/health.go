package gateway

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What a daemon, and the fleet, can be.
const (
	statusOK       = "ok"
	statusNotReady = "not_ready" // it answers and says why it cannot serve
	statusDown     = "down"      // it does not answer
	statusDegraded = "degraded"  // the fleet: a daemon is not ok
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

func (g *Gateway) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), g.config.ProbeTimeout.Std())
	defer cancel()
	found := make([]ServiceHealth, len(g.config.Deployed))
	var probes sync.WaitGroup
	for i, name := range g.config.Deployed {
		probes.Go(func() { found[i] = probe(ctx, g.env.Peer(name)) })
	}
	probes.Wait()
	fleet := FleetHealth{Status: statusOK, Services: map[string]ServiceHealth{}}
	for i, name := range g.config.Deployed {
		fleet.Services[name] = found[i]
		if found[i].Status != statusOK {
			fleet.Status = statusDegraded
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return wire.WriteJSON(w, http.StatusOK, fleet)
}

// probe asks whether a daemon is alive and, if it is, whether it can serve.
func probe(ctx context.Context, client wire.Client) ServiceHealth {
	start := time.Now()
	var alive service.Health
	err := client.JSON(ctx, http.MethodGet, "/health", nil, nil, &alive)
	elapsed := time.Since(start)
	h := ServiceHealth{
		Status: statusOK, Version: alive.Version,
		LatencyMS: math.Round(float64(elapsed.Microseconds())/10) / 100,
	}
	if err != nil {
		h.Status, h.Reasons = statusDown, []string{wire.AsProblem(explainProbe(client.Service, err)).Detail}
		return h
	}
	if err := client.JSON(ctx, http.MethodGet, "/ready", nil, nil, nil); err != nil {
		h.Status, h.Reasons = statusNotReady, reasons(client.Service, err)
	}
	return h
}

func explainProbe(name string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return wire.ErrPeerTimeout.Errorf("%s did not answer in time", name)
	}
	return err
}

// reasons gives what a daemon itself says, or else why it could not be asked.
func reasons(name string, err error) []string {
	problem := wire.AsProblem(explainProbe(name, err))
	said, _ := problem.Fields["reasons"].([]any)
	var texts []string
	for _, reason := range said {
		if text, ok := reason.(string); ok {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		texts = []string{problem.Detail}
	}
	return texts
}
