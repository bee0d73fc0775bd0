package queryd

import (
	"context"
	"slices"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// queueRetry is when a client that found the queue full may come again.
const queueRetry = time.Second

// gate lets a bounded number of statements run, of each caller a smaller number, and
// a bounded number wait. Callers that wait take turns, whatever number of statements
// each of them has; a caller's own come in the order in which they arrived.
type gate struct {
	slots     int           // statements that run at once
	perCaller int           // of one caller
	places    int           // statements that wait
	perQueue  int           // of one caller
	wait      time.Duration // for a turn

	mu      sync.Mutex
	running int
	waiting int
	callers []*caller // who runs or waits; the next to have a turn in front
}

// caller is one identity with what it has in the gate.
type caller struct {
	id      string
	running int
	queue   []*ticket
}

// ticket is a statement's place in the gate.
type ticket struct {
	caller *caller
	turn   chan struct{} // closed when it has its turn
}

// newGate makes a gate. Where there is but one caller, that is without tokens, it has
// all of it.
func newGate(c Config, many bool) *gate {
	g := &gate{slots: c.MaxConcurrent, perCaller: c.MaxConcurrent, places: c.MaxQueue, perQueue: c.MaxQueue, wait: c.QueueWait.Std()}
	if many {
		g.perQueue -= g.places / 4
		if g.perCaller = c.MaxPerToken; g.perCaller == 0 {
			g.perCaller = max(c.MaxConcurrent/2, 1)
		}
	}
	return g
}

// enter waits for a turn, if it must; meanwhile queued has the place. The caller of
// it calls leave.
func (g *gate) enter(ctx context.Context, id string, queued func(*ticket)) (*ticket, error) {
	t, err := g.line(id)
	if err != nil {
		return nil, err
	}
	select {
	case <-t.turn:
		return t, nil
	default:
	}
	queued(t)
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case <-t.turn:
		return t, nil
	case <-timer.C:
		err = g.late(t)
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.leave(t)
	return nil, err
}

// line gives a turn or a place in the queue.
func (g *gate) line(id string) (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.caller(id)
	t := &ticket{caller: c, turn: make(chan struct{})}
	c.queue = append(c.queue, t)
	g.waiting++
	g.dispatch()
	if g.has(t) {
		return t, nil
	}
	if full := g.waiting > g.places; full || len(c.queue) > g.perQueue {
		g.remove(t)
		return nil, g.tooMany("the queue is full").With("queued", g.waiting)
	}
	return t, nil
}

// leave gives a turn, or a place in the queue, free.
func (g *gate) leave(t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.has(t) {
		g.running--
		t.caller.running--
		g.dispatch()
	} else {
		g.remove(t)
	}
	if c := t.caller; c.running == 0 && len(c.queue) == 0 {
		g.callers = slices.DeleteFunc(g.callers, func(other *caller) bool { return other == c })
	}
}

// position is how many turns the statement is away from its own, 0 once it has it.
func (g *gate) position(t *ticket) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.has(t) {
		return 0
	}
	own := slices.Index(t.caller.queue, t)
	n, before := own+1, true
	for _, c := range g.callers {
		switch {
		case c == t.caller:
			before = false
		case before:
			n += min(len(c.queue), own+1)
		default:
			n += min(len(c.queue), own)
		}
	}
	return n
}

// counts gives how many statements have their turn and how many wait for it.
func (g *gate) counts() (running, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running, g.waiting
}

// wanted tells whether a statement that waits would have its turn if one of the caller
// gave its own back.
func (g *gate) wanted(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.callers, func(c *caller) bool { return len(c.queue) > 0 && (c.id == id || c.running < g.perCaller) })
}

// has tells whether a ticket has its turn. The caller holds mu, as of all below.
func (g *gate) has(t *ticket) bool { return !slices.Contains(t.caller.queue, t) }

func (g *gate) caller(id string) *caller {
	for _, c := range g.callers {
		if c.id == id {
			return c
		}
	}
	c := &caller{id: id}
	g.callers = append(g.callers, c)
	return c
}

func (g *gate) remove(t *ticket) {
	g.waiting--
	t.caller.queue = slices.DeleteFunc(t.caller.queue, func(other *ticket) bool { return other == t })
}

// dispatch gives out what turns there are. Who had one goes to the end of the line.
func (g *gate) dispatch() {
	for g.running < g.slots {
		i := slices.IndexFunc(g.callers, func(c *caller) bool { return len(c.queue) > 0 && c.running < g.perCaller })
		if i < 0 {
			return
		}
		c := g.callers[i]
		g.callers = append(slices.Delete(g.callers, i, i+1), c)
		close(c.queue[0].turn)
		c.queue = slices.Delete(c.queue, 0, 1)
		c.running++
		g.running++
		g.waiting--
	}
}

// late is the problem of a statement that waited in vain.
func (g *gate) late(t *ticket) error {
	position := g.position(t)
	_, waiting := g.counts()
	return g.tooMany("no turn came in "+g.wait.String()).With("position", position).With("queued", waiting)
}

func (g *gate) tooMany(why string) *wire.Problem {
	limit, keys := g.slots, "max_concurrent or queue_wait"
	if g.perCaller < g.slots {
		limit, keys = g.perCaller, "max_per_token, max_concurrent or queue_wait"
	}
	return query.ErrTooMany.Errorf("%d statements of one caller run at once and %s: come again, or raise [queryd] %s", limit, why, keys).
		With("limit", limit).After(queueRetry)
}
