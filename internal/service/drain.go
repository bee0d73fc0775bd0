package service

import (
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// inFlight counts the requests that a drain waits for. The zero value works.
type inFlight struct {
	mu       sync.Mutex
	count    int
	draining bool
	done     chan struct{} // set by drain; closed when the last request has ended
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
