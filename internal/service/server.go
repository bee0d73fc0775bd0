package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Health is the answer of /health.
type Health struct {
	Status  string `json:"status"`
	Service string `json:"service"`
	Version string `json:"version"`
}

// Readiness is the answer of /ready. A daemon that is not ready answers with the
// problem not_ready and its reasons instead.
type Readiness struct {
	Ready bool     `json:"ready"`
	Notes []string `json:"notes,omitempty"` // what somebody should see to all the same
}

// Server serves one daemon on one listener.
type Server struct {
	env      Env
	daemon   *Daemon
	http     *http.Server
	requests inFlight
	metrics  http.Handler
	cut      context.CancelFunc // ends the context of every request
}

// cutGrace is how long requests get to end by themselves once they were cut.
const cutGrace = 2 * time.Second

// NewServer puts a daemon behind everything that this package promises.
func NewServer(env Env, d *Daemon) (*Server, error) {
	s := &Server{env: env, daemon: d, metrics: promhttp.HandlerFor(env.Metrics, promhttp.HandlerOpts{})}
	handler, err := newRouter(env, &s.requests, d.Private, slices.Concat(s.commonRoutes(), d.Routes))
	if err != nil {
		return nil, err
	}
	env.Metrics.MustRegister(readyGauge(s.notReady))
	base, cut := context.WithCancel(context.Background())
	s.cut = cut
	s.http = &http.Server{
		Handler:           handler,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withConnection,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(env.Log.Handler(), slog.LevelWarn),
	}
	return s, nil
}

// Listen opens the daemon's address, within the bind policy.
func Listen(env Env) (net.Listener, error) {
	addr := env.Listen()
	if err := CheckListen(env); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot listen on %s: %w; stop what holds the port, or use --port-offset", env.Service, addr, err)
	}
	return l, nil
}

// CheckListen returns what keeps the daemon from listening where it is told to.
func CheckListen(env Env) error {
	f := env.Fleet
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return errors.New("tls_cert and tls_key go together: set both, or neither")
	}
	if f.TLSCert != "" {
		if _, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey); err != nil {
			return fmt.Errorf("tls_cert and tls_key: %w", err)
		}
	}
	return checkBind(env.Listen(), env.Secrets.Tokens)
}

// Serve answers requests on l until ctx ends, then drains: requests in flight
// finish within the drain timeout, while /ready says 503 and every new request
// is a 503 with Retry-After; then the daemon is closed. It returns when all of
// that is done.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.accept(l) }()
	defer s.cut()
	var serveErr error
	select {
	case serveErr = <-failed:
	case <-ctx.Done():
		serveErr = s.drain()
		<-failed
	}
	if s.daemon.Close != nil {
		serveErr = errors.Join(serveErr, s.daemon.Close())
	}
	return serveErr
}

func (s *Server) accept(l net.Listener) error {
	var err error
	if f := s.env.Fleet; f.TLSCert != "" {
		err = s.http.ServeTLS(l, f.TLSCert, f.TLSKey)
	} else {
		err = s.http.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *Server) drain() error {
	timeout := s.env.Fleet.DrainTimeout.Std()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	finished := s.requests.drain()
	s.http.SetKeepAlivesEnabled(false)
	select {
	case <-finished:
	case <-ctx.Done():
	}
	if err := s.http.Shutdown(ctx); err == nil {
		return nil
	}
	s.env.Log.Warn("requests were cut at the end of the drain timeout", "drain_timeout", timeout.String())
	s.cut()
	select {
	case <-finished:
	case <-time.After(cutGrace):
	}
	return s.http.Close()
}

// CommonRoutes describes the routes that every daemon has, for the
// specification.
func CommonRoutes() []Route { return new(Server).commonRoutes() }

func (s *Server) commonRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/health", ID: "health", Summary: "Whether the daemon is alive", Access: Open, probe: true,
			Answers: []Answer{{Status: 200, Doc: "alive", Type: Health{}}}, Handle: s.health},
		{Method: "GET", Path: "/ready", ID: "ready", Summary: "Whether the daemon can serve, and if not, why", Access: Read, probe: true,
			Answers: []Answer{{Status: 200, Doc: "ready", Type: Readiness{}}}, Errors: []*wire.Kind{wire.ErrNotReady}, Handle: s.ready},
		{Method: "GET", Path: "/metrics", ID: "metrics", Summary: "Metrics in Prometheus' text format", Access: Read, probe: true,
			Answers: []Answer{{Status: 200, Doc: "metrics", Media: []string{"text/plain"}}}, Handle: s.showMetrics},
	}
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	return wire.WriteJSON(w, http.StatusOK, Health{Status: "ok", Service: s.env.Service, Version: Version()})
}

// notReady gives the reasons why the daemon cannot serve now.
func (s *Server) notReady(ctx context.Context) (reasons []string) {
	if s.requests.isDraining() {
		reasons = append(reasons, "draining: the daemon is stopping")
	}
	if s.daemon.Ready != nil {
		reasons = append(reasons, s.daemon.Ready(ctx)...)
	}
	return reasons
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	if reasons := s.notReady(r.Context()); len(reasons) > 0 {
		return wire.ErrNotReady.Errorf("%s is not ready: %s", s.env.Service, strings.Join(reasons, "; ")).
			With("reasons", reasons).After(time.Second)
	}
	state := Readiness{Ready: true}
	if s.daemon.Notes != nil {
		state.Notes = s.daemon.Notes(r.Context())
	}
	return wire.WriteJSON(w, http.StatusOK, state)
}

func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) error {
	s.metrics.ServeHTTP(w, r)
	return nil
}
