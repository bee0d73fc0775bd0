// Command catalogd keeps the datasets of a lakehouse: their schemas, their
// versions and what each is made of. It keeps nothing of its own; everything is
// in storaged.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func main() { os.Exit(service.Main("catalogd", catalogd.Defaults(), catalogd.New)) }
