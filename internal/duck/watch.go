package duck

import (
	"context"
	"time"
)

const (
	// watchInterval is how often the memory of a busy worker is read.
	watchInterval = 5 * time.Millisecond
	// interruptGrace is how long an interrupted statement may take to stop before
	// its worker is killed.
	interruptGrace = 100 * time.Millisecond
)

// watch guards one call of a worker: it kills the worker when it outgrows its
// memory, and interrupts, then kills it when ctx ends. stop ends the watch and
// returns when nobody else uses the request pipe.
func (p *process) watch(ctx context.Context) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		p.guardCall(ctx, quit)
	}()
	return func() {
		close(quit)
		<-done
	}
}

func (p *process) guardCall(ctx context.Context, quit <-chan struct{}) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	cancelled := ctx.Done()
	var grace <-chan time.Time
	for {
		select {
		case <-quit:
			return
		case <-ticker.C:
			if p.resident() > p.limits.MemoryBytes {
				p.kill(overMemory(p.limits.MemoryBytes))
				return
			}
		case <-cancelled:
			cancelled = nil
			p.interrupt()
			timer := time.NewTimer(interruptGrace)
			defer timer.Stop()
			grace = timer.C
		case <-grace:
			p.kill(ended(ctx))
			return
		}
	}
}

// interrupt asks the worker to stop what runs. A worker that cannot take it has
// a full pipe or is gone, and is killed after the grace.
func (p *process) interrupt() {
	p.requests.SetWriteDeadline(time.Now().Add(interruptGrace))
	p.requests.Write([]byte{frameInterrupt, 0, 0, 0, 0})
	p.requests.SetWriteDeadline(time.Time{})
}
