// Command vectord runs the daemon that keeps indexes of vectors and searches them. It
// takes the four flags of every daemon; all else is in package vectord.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

func main() {
	os.Exit(service.Main("vectord", vectord.Defaults(), vectord.New))
}
