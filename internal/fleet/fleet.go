// Package fleet runs all daemons in one process, for `lakehouse up` and for
// tests.
//
// It promises that the fleet is the same as eleven processes: the same
// configuration, ports, routes and wire between them, only one life. A start
// takes all ports or none, and a data folder that another fleet holds is
// refused with that fleet's pid. A stop drains the gateway first and storaged
// last, so that a request in flight still finds the daemons that it needs. A
// daemon that fails ends the fleet.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Fleet is a running fleet.
type Fleet struct {
	lock    *service.FileLock
	running []*running // in the order of the start
	failed  chan error
	wait    sync.WaitGroup
}

// running is one daemon with its own end.
type running struct {
	env    service.Env
	server *service.Server
	stop   context.CancelFunc
	done   chan struct{}
	err    error // valid once done is closed
}

// Start brings up every daemon of the configuration. They answer when Start
// returns; [Fleet.WaitReady] tells when they can serve.
func Start(ctx context.Context, c Config, secrets service.Secrets, log *slog.Logger) (*Fleet, error) {
	lock, err := LockData(c.Fleet.Data)
	if err != nil {
		return nil, err
	}
	f := &Fleet{lock: lock, failed: make(chan error, 1)}
	listeners, err := f.listen(c, secrets, log)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	for i, m := range c.members() {
		if err := f.startOne(ctx, m, f.running[i], listeners[i]); err != nil {
			for _, l := range listeners[i:] {
				l.Close()
			}
			f.running = f.running[:i]
			return nil, errors.Join(fmt.Errorf("%s: %w", m.name, err), f.Stop())
		}
	}
	return f, nil
}

// LockData keeps every fleet from a data folder, which it makes if it is not there.
// It fails, naming the process, if a fleet has it.
func LockData(data string) (*service.FileLock, error) {
	lock, err := service.LockFile(filepath.Join(data, "fleet.lock"))
	var held *service.HeldError
	if errors.As(err, &held) {
		return nil, fmt.Errorf("the data folder %s is in use by the fleet with pid %s; stop it, or choose another folder with --data", data, held.PID)
	}
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return lock, nil
}

// listen takes every daemon's port, or none.
func (f *Fleet) listen(c Config, secrets service.Secrets, log *slog.Logger) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, m := range c.members() {
		env, err := service.NewEnv(m.name, c.Fleet, c.Peers, secrets, log)
		if err == nil {
			var l net.Listener
			if l, err = service.Listen(env); err == nil {
				listeners = append(listeners, l)
				f.running = append(f.running, &running{env: env, done: make(chan struct{})})
				continue
			}
		}
		for _, l := range listeners {
			l.Close()
		}
		return nil, err
	}
	return listeners, nil
}

func (f *Fleet) startOne(ctx context.Context, m member, r *running, l net.Listener) error {
	// A daemon outlives ctx until Stop reaches it: the order of the drain is
	// the fleet's to keep.
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	daemon, err := m.build(own, r.env)
	if err != nil {
		stop()
		return err
	}
	server, err := service.NewServer(r.env, daemon)
	if err != nil {
		stop()
		return err
	}
	r.server, r.stop = server, stop
	f.wait.Go(func() {
		defer close(r.done)
		if r.err = server.Serve(own, l); r.err != nil {
			select {
			case f.failed <- fmt.Errorf("%s: %w", r.env.Service, r.err):
			default:
			}
		}
	})
	return nil
}

// Wait returns when ctx ends, or with the error of the first daemon that fails.
// The fleet still runs then; Stop ends it.
func (f *Fleet) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-f.failed:
		return err
	}
}

// Stop drains and ends every daemon, callers before those that they call, and
// gives the data folder free.
func (f *Fleet) Stop() error {
	var errs []error
	for _, r := range slices.Backward(f.running) {
		r.stop()
		<-r.done
		errs = append(errs, r.err)
	}
	f.wait.Wait()
	return errors.Join(append(errs, f.lock.Release())...)
}

// URL gives the base URL of a daemon of the fleet.
func (f *Fleet) URL(name string) string { return f.running[0].env.PeerURL(name) }
