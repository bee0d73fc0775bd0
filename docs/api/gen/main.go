// Command gen writes docs/api/openapi.json from the routes of the daemons. Run
// it from the top of the module: go run ./docs/api/gen. A test beside it fails
// while the committed file says something else.
package main

import (
	"errors"
	"fmt"
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/gateway"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

func main() {
	document, err := spec(".")
	if err == nil {
		err = os.WriteFile("docs/api/openapi.json", document, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// spec is the specification as the gateway serves it: its own routes, those that
// every daemon has, and the daemons' under /v1. Root is the top of the module.
func spec(root string) ([]byte, error) {
	words := newSource(root)
	document, err := service.Spec("Lakehouse", "v1", words.of,
		service.Group{Name: "gateway", Routes: gateway.Routes()},
		service.Group{Name: "every daemon", Routes: service.CommonRoutes()},
		gateway.Shown("storaged", storaged.Routes()),
		gateway.Shown("catalogd", catalogd.Routes()),
		gateway.Shown("ingestd", ingestd.Routes()),
		gateway.Shown("queryd", queryd.Routes()),
		gateway.Shown("vectord", vectord.Routes()),
		gateway.Shown("embedd", embedd.Routes()),
	)
	return document, errors.Join(err, words.err)
}
