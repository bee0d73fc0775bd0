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

func (g *Gateway) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), g.config.ProbeTimeout.Std())
	defer cancel()
	found := make([]service.ServiceHealth, len(g.config.Deployed))
	var probes sync.WaitGroup
	for i, name := range g.config.Deployed {
		probes.Go(func() { found[i] = probe(ctx, g.env.Peer(name)) })
	}
	probes.Wait()
	fleet := service.FleetHealth{Status: service.StatusOK, Services: map[string]service.ServiceHealth{}}
	for i, name := range g.config.Deployed {
		fleet.Services[name] = found[i]
		if found[i].Status != service.StatusOK {
			fleet.Status = service.StatusDegraded
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return wire.WriteJSON(w, http.StatusOK, fleet)
}

// probe asks whether a daemon is alive and, if it is, whether it can serve.
func probe(ctx context.Context, client wire.Client) service.ServiceHealth {
	start := time.Now()
	var alive service.Health
	err := client.JSON(ctx, http.MethodGet, "/health", nil, nil, &alive)
	elapsed := time.Since(start)
	h := service.ServiceHealth{
		Status: service.StatusOK, Version: alive.Version,
		LatencyMS: math.Round(float64(elapsed.Microseconds())/10) / 100,
	}
	if err != nil {
		h.Status, h.Reasons = service.StatusDown, []string{wire.AsProblem(explainProbe(client.Service, err)).Detail}
		return h
	}
	if err := client.JSON(ctx, http.MethodGet, "/ready", nil, nil, nil); err != nil {
		h.Status, h.Reasons = service.StatusNotReady, reasons(client.Service, err)
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
