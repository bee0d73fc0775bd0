package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

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
	Ready bool `json:"ready"`
}

// Server serves one daemon on one listener.
type Server struct {
	env      Env
	daemon   *Daemon
	http     *http.Server
	draining atomic.Bool
}

// NewServer puts a daemon behind everything that this package promises.
func NewServer(env Env, d *Daemon) (*Server, error) {
	s := &Server{env: env, daemon: d}
	handler, err := newRouter(env, slices.Concat(s.commonRoutes(), d.Routes))
	if err != nil {
		return nil, err
	}
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          nil,
	}
	return s, nil
}

// Listen opens the daemon's address, within the bind policy.
func Listen(env Env) (net.Listener, error) {
	addr := env.Listen()
	if err := checkBind(addr, env.Secrets.Tokens); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot listen on %s: %w; stop what holds the port, or use --port-offset", env.Service, addr, err)
	}
	return l, nil
}

// Serve answers requests on l until ctx ends, then drains: /ready turns 503,
// no new connection is taken, requests in flight finish within the drain
// timeout, and the daemon is closed. It returns when all of that is done.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.accept(l) }()
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
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), s.env.Fleet.DrainTimeout.Std())
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		s.env.Log.Warn("requests were cut at the end of the drain timeout", "drain_timeout", s.env.Fleet.DrainTimeout.Std().String())
		return s.http.Close()
	}
	return nil
}

// CommonRoutes are the routes of every daemon, for the specification.
func (s *Server) commonRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/health", ID: "health", Summary: "Whether the daemon is alive", Access: Open,
			Answers: []Answer{{Status: 200, Doc: "alive", Type: Health{}}}, Handle: s.health},
		{Method: "GET", Path: "/ready", ID: "ready", Summary: "Whether the daemon can serve, and if not, why", Access: Read,
			Answers: []Answer{{Status: 200, Doc: "ready", Type: Readiness{}}}, Errors: []*wire.Kind{wire.ErrNotReady}, Handle: s.ready},
		{Method: "GET", Path: "/metrics", ID: "metrics", Summary: "Metrics in Prometheus' text format", Access: Read,
			Answers: []Answer{{Status: 200, Doc: "metrics", Media: []string{"text/plain"}}}, Handle: metricsHandler(s.env.Metrics)},
	}
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	return wire.WriteJSON(w, http.StatusOK, Health{Status: "ok", Service: s.env.Service, Version: Version()})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	var reasons []string
	if s.draining.Load() {
		reasons = append(reasons, "draining: the daemon is stopping")
	}
	if s.daemon.Ready != nil {
		reasons = append(reasons, s.daemon.Ready(r.Context())...)
	}
	if len(reasons) > 0 {
		return wire.ErrNotReady.Errorf("%s is not ready: %s", s.env.Service, strings.Join(reasons, "; ")).
			With("reasons", reasons).After(time.Second)
	}
	return wire.WriteJSON(w, http.StatusOK, Readiness{Ready: true})
}
