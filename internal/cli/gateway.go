package cli

import (
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// client gives the client for the gateway's /v1, as [service.GatewayClient] finds it.
func (g *Globals) client() (wire.Client, error) {
	client, err := service.GatewayClient(g.Gateway)
	var wrong service.BadGatewayURL
	if errors.As(err, &wrong) {
		return client, usageError{err}
	}
	return client, err
}
