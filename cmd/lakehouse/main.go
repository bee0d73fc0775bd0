// Command lakehouse is the command line: it runs the whole fleet in one process
// (up, demo), talks to a running one (ingest, sql, datasets, status), and looks at
// what one needs (doctor).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

func main() {
	duck.Main()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	root := newRoot()
	code := cli.Execute(ctx, root, os.Args[1:])
	stop()
	os.Exit(code)
}

// newRoot is the whole command line.
func newRoot() *cobra.Command {
	return cli.New(newUp(), newDemo(), newConfig(), newStorage(), newDoctor())
}
