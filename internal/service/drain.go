package service

import (
	"context"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// inFlight counts the requests that a drain waits for. The zero value works.
type inFlight struct {
	mu       sync.Mutex
	count    int
	draining bool
	begun    chan struct{} // closed when the drain begins; made when it is first asked for
	done     chan struct{} // set by drain; closed when the last request has ended
}

type drainKey struct{}

// Draining gives a channel that closes when the daemon that answers the request of
// ctx begins to stop. An answer that has no end of its own, as a stream of events
// has, ends then; every other request is left in peace to finish. Outside of a
// request the channel is nil, which never closes.
func Draining(ctx context.Context) <-chan struct{} {
	begun, _ := ctx.Value(drainKey{}).(<-chan struct{})
	return begun
}

// started gives the channel that closes when the drain begins.
func (f *inFlight) started() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.begun == nil {
		f.begun = make(chan struct{})
		if f.draining {
			close(f.begun)
		}
	}
	return f.begun
}

// begin counts a request in, or tells that none is taken any more.
func (f *inFlight) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.draining {
		return false
	}
	f.count++
	return true
}

func (f *inFlight) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count--
	if f.draining && f.count == 0 {
		close(f.done)
	}
}

// drain takes no more requests; the channel closes when the last has ended. It
// is called once.
func (f *inFlight) drain() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.draining, f.done = true, make(chan struct{})
	if f.begun != nil {
		close(f.begun)
	}
	if f.count == 0 {
		close(f.done)
	}
	return f.done
}

func (f *inFlight) isDraining() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.draining
}

func stopping(service string) error {
	return wire.ErrUnavailable.Errorf("%s is stopping; try again when it is back", service).
		With("service", service).After(time.Second)
}
