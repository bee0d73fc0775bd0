// Command mcpd shows the lakehouse to clients of the Model Context Protocol, over standard
// input and output. See package mcpd for what it promises.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd"
)

func main() { os.Exit(mcpd.Main()) }
