// Command lakehouse is the command line: it runs the whole fleet in one process
// (up, demo) and talks to a running one (ingest, sql, datasets, status).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

func main() {
	duck.Main()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	root := cli.New(newUp(), newDemo(), newConfig(), newStorage())
	code := cli.Execute(ctx, root, os.Args[1:])
	stop()
	os.Exit(code)
}
