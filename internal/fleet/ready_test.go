package fleet_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A daemon whose peer is gone says so in /ready, by the peer's name.
func TestReadyNamesThePeerThatIsGone(t *testing.T) {
	p, _ := startProcesses(t)
	for victim, callers := range map[string][]string{"storaged": {"ingestd"}, "catalogd": {"ingestd", "queryd"}} {
		p.kill(victim)
		for _, caller := range callers {
			port, _ := service.Port(caller)
			client := wire.Client{Service: caller, Base: fmt.Sprintf("http://127.0.0.1:%d", port+p.offset)}
			err := client.JSON(t.Context(), http.MethodGet, "/ready", nil, nil, nil)
			if !errors.Is(err, wire.ErrNotReady) || !strings.Contains(err.Error(), victim) {
				t.Errorf("%s without %s: %v", caller, victim, err)
			}
		}
		p.start(victim)
		p.ready()
	}
}
