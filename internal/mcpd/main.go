package mcpd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd/stdio"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Exit codes, alike with the daemons'.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// grace is how long calls at work have when the input ends.
const grace = 10 * time.Second

// Main is the whole life of the process: flags, serving, the end. It returns the exit
// code.
func Main() int {
	flags := flag.NewFlagSet("mcpd", flag.ContinueOnError)
	gateway := flags.String("gateway", "", "`URL` of the gateway (default $LAKEHOUSE_GATEWAY, else where the configuration puts it,\nelse http://127.0.0.1:3110); AUTH_TOKEN in the environment is the token")
	version := flags.Bool("version", false, "print the version and exit")
	switch err := flags.Parse(os.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintln(os.Stderr, "mcpd takes no arguments, only flags")
		return exitUsage
	case *version:
		fmt.Println("mcpd", service.Version())
		return exitOK
	}
	if err := run(*gateway); err != nil {
		fmt.Fprintf(os.Stderr, "mcpd: %v\n", err)
		if _, wrong := errors.AsType[service.BadGatewayURL](err); wrong {
			return exitUsage
		}
		return exitFailed
	}
	return exitOK
}

func run(gateway string) error {
	client, err := service.GatewayClient(gateway)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // a client that has gone is an error to tell of, not the end of a write
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	conn := stdio.Conn{Server: New(Gateway{Client: client, Log: log, Patience: restartTime}), Log: log, Grace: grace}
	return conn.Serve(ctx, os.Stdin, os.Stdout)
}
