// Command ingestd is the daemon that turns files into checked versions. See
// package ingestd for what it promises.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func main() {
	duck.Main()
	os.Exit(service.Main("ingestd", ingestd.Defaults(), ingestd.New))
}
