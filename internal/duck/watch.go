package duck

import (
	"context"
	"encoding/binary"
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
// returns once it is over.
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

// interrupt asks the worker to stop the request it was sent last.
func (p *process) interrupt() {
	var number [4]byte
	binary.BigEndian.PutUint32(number[:], p.calls)
	p.interrupts.Write(number[:]) // a worker that is gone needs none
}
