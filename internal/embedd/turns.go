package embedd

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// turns bounds what the requests that are worked on take of memory, and how many wait. They
// have their turns in the order in which they came.
type turns struct {
	config  Config
	memory  *semaphore.Weighted
	waiting atomic.Int64
}

func newTurns(c Config) *turns {
	return &turns{config: c, memory: semaphore.NewWeighted(c.MemoryBytes)}
}

const (
	// textBytes is the least that a text takes of a body, vectorBytes what comes of it: a
	// thousand numbers.
	textBytes, vectorBytes = 3, 4 << 10
	// parsed is how often what a body says is in memory while it is read.
	parsed = 3
)

// turn is a part of the memory.
type turn struct {
	of     *turns
	weight int64
}

// enter waits for a turn of a request whose body has so many bytes, -1 where it does not say.
func (t *turns) enter(ctx context.Context, body int64) (*turn, error) {
	if body < 0 {
		body = t.config.MaxBodyBytes
	}
	mine := &turn{t, min(parsed*body+vectorBytes*min(body/textBytes+1, embedding.MaxTexts), t.config.MemoryBytes)}
	if t.memory.TryAcquire(mine.weight) {
		return mine, nil
	}
	defer t.waiting.Add(-1)
	if n := t.waiting.Add(1); n > int64(t.config.MaxQueue) {
		return nil, embedding.ErrTooManyCalls.Errorf("%d requests wait already; send fewer at once, or come again later", n-1).
			With("limit", t.config.MaxQueue).After(time.Second)
	}
	wait := t.config.QueueWait.Std()
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	switch err := t.memory.Acquire(within, mine.weight); {
	case err == nil:
		return mine, nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return nil, embedding.ErrTooManyCalls.Errorf("no turn came within %s; send fewer requests at once, or come again later", wait).After(time.Second)
	}
	return nil, ctx.Err()
}

// shrink gives back what texts that have been read do not need.
func (t *turn) shrink(texts []string) {
	need := int64(len(texts)) * vectorBytes
	for _, text := range texts {
		need += int64(len(text))
	}
	if more := t.weight - need; more > 0 {
		t.of.memory.Release(more)
		t.weight = need
	}
}

func (t *turn) leave() { t.of.memory.Release(t.weight) }
