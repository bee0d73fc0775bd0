// Command storaged keeps the fleet's objects, on the local disk or in S3. It
// takes the four flags of every daemon; all else is in package storaged.
package main

import (
	"os"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
)

func main() { os.Exit(service.Main("storaged", storaged.Defaults(), storaged.New)) }
