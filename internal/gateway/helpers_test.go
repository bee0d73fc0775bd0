package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// edge is a gateway that runs for a test.
type edge struct {
	t    testing.TB
	url  string
	addr string
}

type setup struct {
	config func(*Config)
	tokens service.Tokens
	peers  service.Peers
	idle   time.Duration
	log    *slog.Logger // nil: nowhere
}

// run serves a gateway on a free port. Peers that are not named are nobody.
func (s setup) run(t testing.TB) *edge {
	t.Helper()
	config := Defaults()
	if s.config != nil {
		s.config(&config)
	}
	fleet := service.DefaultFleet()
	fleet.Data = t.TempDir()
	fleet.DrainTimeout = service.Duration(time.Second)
	if s.idle > 0 {
		fleet.BodyIdle = service.Duration(s.idle)
	}
	peers := service.Peers{}
	for _, name := range config.daemons() {
		peers[name] = "http://" + nobody(t)
		if url := s.peers[name]; url != "" {
			peers[name] = url
		}
	}
	env, err := service.NewEnv("gateway", fleet, peers, service.Secrets{Tokens: s.tokens}, cmp.Or(s.log, silent()))
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := New(context.Background(), env, config)
	if err != nil {
		t.Fatal(err)
	}
	addr := serve(t, env, daemon)
	return &edge{t: t, url: "http://" + addr, addr: addr}
}

// serve runs a daemon until the end of the test.
func serve(t testing.TB, env service.Env, daemon *service.Daemon) (addr string) {
	t.Helper()
	server, err := service.NewServer(env, daemon)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// nobody gives an address where nothing listens.
func nobody(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// upstream stands for a daemon with a handler of the test's.
func upstream(t testing.TB, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL
}

func (e *edge) do(method, path string, body io.Reader, headers ...string) *http.Response {
	e.t.Helper()
	req, err := http.NewRequest(method, e.url+path, body)
	if err != nil {
		e.t.Fatal(err)
	}
	return e.send(req, headers...)
}

func (e *edge) send(req *http.Request, headers ...string) *http.Response {
	e.t.Helper()
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func wantProblem(t testing.TB, resp *http.Response, kind *wire.Kind) *wire.Problem {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	var p wire.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%s with %q is no problem document: %v", resp.Status, body, err)
	}
	if resp.StatusCode != kind.Status || p.Kind.Code != kind.Code {
		t.Fatalf("answer %d %s (%s), want %d %s", resp.StatusCode, p.Kind.Code, p.Detail, kind.Status, kind.Code)
	}
	return &p
}

func wantBody(t testing.TB, resp *http.Response, status int, want string) {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status || string(body) != want {
		t.Fatalf("answer %s %q (%v), want %d %q", resp.Status, body, err, status, want)
	}
}
