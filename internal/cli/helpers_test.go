package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// edge is a gateway that knows how its fleet is, and nothing else.
type edge struct {
	url   string
	port  int
	drain context.CancelFunc
}

// startEdge serves until the test ends, or until drain.
func startEdge(t *testing.T, tokens service.Tokens, more ...service.Route) edge {
	t.Helper()
	env, err := service.NewEnv("gateway", service.DefaultFleet(), nil, service.Secrets{Tokens: tokens}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	health := service.Route{Method: "GET", Path: "/v1/health", ID: "fleet_health", Access: service.Read,
		Handle: func(w http.ResponseWriter, _ *http.Request) error {
			return wire.WriteJSON(w, http.StatusOK, service.FleetHealth{Status: service.StatusOK})
		}}
	server, err := service.NewServer(env, &service.Daemon{Routes: append(more, health)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, drain := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		drain()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return edge{"http://" + l.Addr().String(), l.Addr().(*net.TCPAddr).Port, drain}
}

// offset gives the port_offset at which the edge stands.
func (e edge) offset() int {
	known, _ := service.Port("gateway")
	return e.port - known
}

// run runs the command line as a user would, in a folder of its own.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runIn(t, nil, args...)
}

// runIn is run with a standard input.
func runIn(t *testing.T, in io.Reader, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := cli.New()
	root.SetIn(in)
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(t.Context(), root, args)
	return code, out.String(), errs.String()
}

// runWith is runIn of what has to end well, and gives what it wrote.
func runWith(t *testing.T, in io.Reader, args ...string) (stdout string) {
	t.Helper()
	code, stdout, stderr := runIn(t, in, args...)
	if code != 0 {
		t.Errorf("%q: %d\n%s", args, code, stderr)
	}
	return stdout
}

// clean keeps what is set on this box out of a test, and puts it into a folder of
// its own.
func clean(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("AUTH_TOKEN", "")
	t.Setenv("LAKEHOUSE_GATEWAY", "")
}

func config(t *testing.T, format string, args ...any) {
	t.Helper()
	if err := os.WriteFile("lakehouse.toml", fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
}
