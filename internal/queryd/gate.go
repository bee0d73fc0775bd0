package queryd

import (
	"context"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// queueRetry is when a client that found the queue full may come again.
const queueRetry = time.Second

// gate lets a bounded number of statements run and a bounded number wait.
type gate struct {
	slots   chan struct{}
	waiting chan struct{}
	wait    time.Duration
}

func newGate(c Config) *gate {
	return &gate{slots: make(chan struct{}, c.MaxConcurrent), waiting: make(chan struct{}, c.MaxQueue), wait: c.QueueWait.Std()}
}

// enter takes a slot, after a wait if there must be one. The caller calls leave.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
		defer func() { <-g.waiting }()
	default:
		return g.full("the queue is full")
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return g.full("no turn came in " + g.wait.String())
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.slots }

func (g *gate) full(why string) error {
	return query.ErrTooMany.Errorf("%d statements run at once and %s: come again, or raise [queryd] max_concurrent or queue_wait", cap(g.slots), why).
		With("limit", cap(g.slots)).After(queueRetry)
}
