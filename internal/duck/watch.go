package duck

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
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
// memory, and interrupts, then kills it when the call's context ends. It lives
// in timers alone, so a short call pays for no goroutine.
type watch struct {
	process *process
	ctx     context.Context
	number  uint32 // of the call
	leave   func() bool

	mu     sync.Mutex // held by whoever acts, so that nothing acts on a later call
	over   bool
	memory *time.Timer
	long   *time.Timer // nil but for a statement's run
	grace  *time.Timer // nil until the context ends
}

// watch starts to guard the call that was numbered last.
func (p *process) watch(ctx context.Context) *watch {
	w := &watch{process: p, ctx: ctx, number: p.calls}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.memory = time.AfterFunc(watchInterval, w.checkMemory)
	w.leave = context.AfterFunc(ctx, w.cancel)
	return w
}

// stop ends the guard; once it returns the worker is safe from it.
func (w *watch) stop() {
	w.leave()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.memory.Stop()
	if w.grace != nil {
		w.grace.Stop()
	}
	if w.long != nil {
		w.long.Stop()
	}
}

// yield has the worker step back when its call has run for long.
func (w *watch) yield() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.long = time.AfterFunc(longRun, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.over {
			w.process.stepBack()
		}
	})
}

func (w *watch) checkMemory() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	switch limit, resident := w.process.limits.MemoryBytes, w.process.resident(); {
	case resident > limit:
		w.process.kill(overMemory(limit, fmt.Sprintf("%d bytes are resident", resident)))
	default:
		w.memory.Reset(watchInterval)
	}
}

func (w *watch) cancel() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.process.interrupt(w.number)
		w.grace = time.AfterFunc(interruptGrace, w.expire)
	}
}

func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.process.kill(ended(w.ctx))
	}
}

// interrupt asks the worker to stop a call; one that is over it ignores.
func (p *process) interrupt(call uint32) {
	var number [4]byte
	binary.BigEndian.PutUint32(number[:], call)
	p.interrupts.Write(number[:]) // a worker that is gone needs none
}
