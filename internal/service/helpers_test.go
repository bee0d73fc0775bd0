package service

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// lines is a log that is read while it is written.
type lines struct{ testlog.Text }

// requests gives the log lines of requests to path.
func (l *lines) requests(t *testing.T, path string) []map[string]any {
	t.Helper()
	var found []map[string]any
	scanner := bufio.NewScanner(strings.NewReader(l.String()))
	for scanner.Scan() {
		var line map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("log line %q: %v", scanner.Text(), err)
		}
		if line["msg"] == "request" && line["path"] == path {
			found = append(found, line)
		}
	}
	return found
}

// subject is a daemon that runs for a test.
type subject struct {
	t    *testing.T
	url  string
	addr string
	log  *lines
	env  Env
	end  context.CancelFunc
	done chan error
}

type setup struct {
	fleet  func(*Fleet)
	tokens Tokens
	ready  func(context.Context) []string
	close  func() error
}

// run serves the routes on a free port until stop, or the end of the test.
func (s setup) run(t *testing.T, routes ...Route) *subject {
	t.Helper()
	fleet := DefaultFleet()
	fleet.Data = t.TempDir()
	if s.fleet != nil {
		s.fleet(&fleet)
	}
	log := &lines{}
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	env, err := NewEnv("queryd", fleet, nil, Secrets{Tokens: s.tokens}, logger)
	if err != nil {
		t.Fatal(err)
	}
	server, err := NewServer(env, &Daemon{Routes: routes, Ready: s.ready, Close: s.close})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	sub := &subject{t: t, url: "http://" + l.Addr().String(), addr: l.Addr().String(), log: log, env: env, end: end, done: make(chan error, 1)}
	go func() { sub.done <- server.Serve(ctx, l) }()
	t.Cleanup(func() { _ = sub.stop() })
	return sub
}

// stop drains the daemon. What it did is in the log afterwards.
func (s *subject) stop() error {
	s.end()
	err := <-s.done
	s.done <- nil // for the next call
	return err
}

// do sends a request with the given headers ("Name: value").
func (s *subject) do(method, path string, body io.Reader, headers ...string) *http.Response {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// wantProblem asserts a problem answer of the kind and gives it back.
func wantProblem(t *testing.T, resp *http.Response, kind *wire.Kind) *wire.Problem {
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
	if ct := resp.Header.Get("Content-Type"); ct != wire.ContentTypeProblem {
		t.Errorf("content type %q, want %q", ct, wire.ContentTypeProblem)
	}
	return &p
}

func wantStatus(t *testing.T, resp *http.Response, status int) {
	t.Helper()
	if resp.StatusCode != status {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("answer %s %q, want %d", resp.Status, body, status)
	}
}

// conn speaks HTTP/1.1 by hand, for what a well-behaved client would not do.
func (s *subject) conn() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func ok(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok")
	return err
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// listenAt opens an address that is not the daemon's own.
func listenAt(env Env, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	env.Fleet.Bind, env.Fleet.PortOffset = host, n-ports[env.Service]
	return Listen(env)
}
