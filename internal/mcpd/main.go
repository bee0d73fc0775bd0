package mcpd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd/stdio"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Exit codes, alike with the daemons'.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// grace is how long calls at work have when the input ends.
const grace = 10 * time.Second

// greetTime is how long the gateway has to answer before somebody is told that it does not.
const greetTime = 3 * time.Second

const about = `mcpd lets clients of the Model Context Protocol, such as Claude Desktop and Claude Code, look into
a lakehouse. A client starts it, and talks to it over standard input and output; what to tell the
client is printed by: lakehouse mcp config

`

// Main is the whole life of the process: flags, serving, the end. It returns the exit
// code.
func Main() int {
	flags := flag.NewFlagSet("mcpd", flag.ContinueOnError)
	gateway := flags.String("gateway", "", "`URL` of the gateway (default $LAKEHOUSE_GATEWAY, else where the configuration puts it,\nelse http://127.0.0.1:3110); AUTH_TOKEN in the environment is the token")
	version := flags.Bool("version", false, "print the version and exit")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), about)
		flags.PrintDefaults()
	}
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
	g := Gateway{Client: client, Log: log, Patience: restartTime}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		g.greet(ctx, os.Stderr)
	}
	conn := stdio.Conn{Server: New(g), Log: log, Grace: grace}
	return conn.Serve(ctx, os.Stdin, os.Stdout)
}

// greet tells somebody at a terminal, where a client should be, what this is and whether the
// gateway answers.
func (g Gateway) greet(ctx context.Context, w io.Writer) {
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	said := "answers"
	err := g.Client.JSON(ctx, http.MethodGet, "/health", nil, nil, nil)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		said = "does not answer in time"
	case err != nil:
		p := wire.AsProblem(err)
		said = fmt.Sprintf("is of no use: %s (%s)", p.Detail, p.Kind.Code)
		if todo := g.remedy("", p); todo != "" {
			said += "\nWhat to do: " + todo
		}
	}
	fmt.Fprintf(w, "mcpd waits for a client of the Model Context Protocol on standard input (mcpd --help says more).\nThe gateway at %s %s\n", g.address(), said)
}
