// Command gateway is the edge of the fleet: one /v1 over all daemons. See
// package gateway for what it promises.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/gateway"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func main() { os.Exit(service.Main("gateway", gateway.Defaults(), gateway.New)) }
