package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (e *edge) health() service.FleetHealth {
	e.t.Helper()
	resp := e.do("GET", "/v1/health", nil)
	if resp.StatusCode != http.StatusOK {
		e.t.Fatalf("answer %s", resp.Status)
	}
	var fleet service.FleetHealth
	if err := json.NewDecoder(resp.Body).Decode(&fleet); err != nil {
		e.t.Fatal(err)
	}
	return fleet
}

func TestTheFleetsHealth(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	well := daemon(t)
	starting := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			_ = wire.WriteJSON(w, http.StatusOK, service.Health{Status: "ok", Service: "queryd", Version: "1.2.3"})
			return
		}
		wire.WriteProblem(w, r, wire.ErrNotReady.Errorf("no").With("reasons", []string{"no worker is warm"}))
	})
	hanging := upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})

	e := setup{
		config: func(c *Config) { c.Deployed = []string{"storaged", "catalogd"} },
		peers:  service.Peers{"storaged": well, "catalogd": well},
	}.run(t)
	fleet := e.health()
	if fleet.Status != "ok" || len(fleet.Services) != 2 {
		t.Errorf("a fleet that is well, with what is deployed: %+v", fleet)
	}
	if s := fleet.Services["storaged"]; s.Status != "ok" || s.Version != service.Version() || s.LatencyMS <= 0 {
		t.Errorf("storaged %+v", s)
	}

	e = setup{
		config: func(c *Config) { c.ProbeTimeout = service.Duration(300 * time.Millisecond) },
		peers:  service.Peers{"storaged": well, "queryd": starting, "ingestd": hanging},
	}.run(t)
	fleet = e.health()
	if fleet.Status != "degraded" || len(fleet.Services) != 6 {
		t.Errorf("a fleet with daemons that are not well: %+v", fleet)
	}
	for name, want := range map[string]struct{ status, reason string }{
		"storaged": {"ok", ""},
		"catalogd": {"down", "catalogd does not answer"},
		"ingestd":  {"down", "ingestd did not answer in time"},
		"queryd":   {"not_ready", "no worker is warm"},
		"vectord":  {"down", "vectord does not answer"},
	} {
		s := fleet.Services[name]
		if s.Status != want.status || !strings.Contains(strings.Join(s.Reasons, "; "), want.reason) || (want.reason == "") != (len(s.Reasons) == 0) {
			t.Errorf("%s is %+v, want %s: %s", name, s, want.status, want.reason)
		}
	}
	if fleet.Services["queryd"].Version != "1.2.3" {
		t.Errorf("queryd's version is %q", fleet.Services["queryd"].Version)
	}
}

func TestDeployedNamesDaemons(t *testing.T) {
	config := Defaults()
	if err := config.Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	config.Deployed = []string{"storaged", "stored"}
	if err := config.Check(); err == nil || !strings.Contains(err.Error(), `"stored"`) || !strings.Contains(err.Error(), "vectord") {
		t.Errorf("got %v, want the wrong name and the known ones", err)
	}
}
