// Package testbed starts what a test stands on: daemons of the fleet in the
// test's process, S3 servers beside it, a disk that is soon full.
//
// Everything listens on 127.0.0.1 on a port that was free, keeps its files in a
// folder of the test's own, and has ended when the test has. A server whose
// binary is not there skips the test and names the binary, and so does a disk that
// may not be mounted. The package is for tests only; nothing that is shipped
// imports it.
package testbed

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
)

// NewEnv is the environment of a daemon under test: a data folder of its own,
// no tokens, no S3, a log that shows when the test fails. Change it before it is
// used.
func NewEnv(t testing.TB, daemon string) service.Env {
	t.Helper()
	fleet := service.DefaultFleet()
	fleet.Data = t.TempDir()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	env, err := service.NewEnv(daemon, fleet, service.Peers{}, service.Secrets{}, log)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// Serve serves a daemon until the test ends and returns its base URL.
func Serve(t testing.TB, env service.Env, d *service.Daemon) string {
	t.Helper()
	url, _ := ServeUntil(t, env, d)
	return url
}

// ServeUntil serves a daemon until the test ends or stop is called, which returns when
// the daemon has ended.
func ServeUntil(t testing.TB, env service.Env, d *service.Daemon) (url string, stop func()) {
	t.Helper()
	server, err := service.NewServer(env, d)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	stop = sync.OnceFunc(func() {
		env.HTTP.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s ended with: %v", env.Service, err)
		}
	})
	t.Cleanup(stop)
	return "http://" + l.Addr().String(), stop
}

// StartStoraged starts storaged on an empty local bucket and returns its client.
func StartStoraged(t testing.TB) *storage.Client {
	t.Helper()
	return StartStoragedWith(t, NewEnv(t, "storaged"), storaged.Defaults())
}

// StartStoragedWith starts storaged as configured and returns the client of its
// default bucket.
func StartStoragedWith(t testing.TB, env service.Env, c storaged.Config) *storage.Client {
	t.Helper()
	d, err := storaged.New(t.Context(), env, c)
	if err != nil {
		t.Fatal(err)
	}
	client := env.Peer("storaged")
	client.Base = Serve(t, env, d)
	return &storage.Client{Client: client}
}

// StartEmbedd starts embedd with the model that is built in and returns its client.
func StartEmbedd(t testing.TB) *embedding.Client {
	t.Helper()
	env := NewEnv(t, "embedd")
	d, err := embedd.New(t.Context(), env, embedd.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	client := env.Peer("embedd")
	client.Base = Serve(t, env, d)
	return &embedding.Client{Client: client}
}
