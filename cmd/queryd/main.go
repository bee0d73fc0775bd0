// Command queryd runs the daemon that answers SELECT over the catalog. It is
// also its own query worker: duck.Main takes over where it was started as one.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func main() {
	duck.Main()
	os.Exit(service.Main("queryd", queryd.Defaults(), queryd.New))
}
