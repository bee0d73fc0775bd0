package fleet

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// A daemon whose listener breaks ends the fleet with an error that names it, and
// the rest of the fleet still stops in order.
func TestADaemonThatFailsEndsTheFleet(t *testing.T) {
	lock, err := service.LockFile(filepath.Join(t.TempDir(), "fleet.lock"))
	if err != nil {
		t.Fatal(err)
	}
	f := &Fleet{lock: lock, failed: make(chan error, 1)}
	listeners := map[string]net.Listener{}
	var closed []string
	for _, name := range []string{"storaged", "catalogd", "gateway"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners[name] = l
		env, err := service.NewEnv(name, service.DefaultFleet(), nil, service.Secrets{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		r := &running{env: env, done: make(chan struct{})}
		f.running = append(f.running, r)
		build := func(context.Context, service.Env) (*service.Daemon, error) {
			return &service.Daemon{Close: func() error { closed = append(closed, name); return nil }}, nil
		}
		if err := f.startOne(t.Context(), member{name: name, build: build}, r, l); err != nil {
			t.Fatal(err)
		}
	}
	listeners["catalogd"].Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := f.Wait(ctx); !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), "catalogd") {
		t.Errorf("the fleet waits until %v", err)
	}
	if err := f.Stop(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("stopped with %v", err)
	}
	if got := strings.Join(closed, " "); got != "catalogd gateway storaged" {
		t.Errorf("closed in the order %s", got)
	}
}
