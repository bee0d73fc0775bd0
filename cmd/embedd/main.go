// Command embedd runs the daemon that turns texts into vectors. It takes the four flags of
// every daemon; all else is in package embedd.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func main() {
	os.Exit(service.Main("embedd", embedd.Defaults(), embedd.New))
}
