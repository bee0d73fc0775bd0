package embedd

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// turns bounds what requests hold of memory, one half for bodies that are read and one for
// texts with what becomes of them, and how many wait for it. They have their turns in the
// order in which they came. Nobody holds of the second half and waits for the first.
type turns struct {
	config        Config
	bodies, texts *semaphore.Weighted
	largest       int64 // that one request takes of a half, so that another passes beside it
	waiting       atomic.Int64
}

func newTurns(c Config) *turns {
	half := c.MemoryBytes / 2
	return &turns{config: c, bodies: semaphore.NewWeighted(half), texts: semaphore.NewWeighted(half), largest: half / 2}
}

// smallBody is read without a turn: no question stands behind an upload.
const smallBody = 16 << 10

// turn is what a request has of the memory.
type turn struct {
	of          *turns
	body, texts int64
	going       sync.WaitGroup // work that others wait for, too, and that holds the texts
}

// enter waits until a body of so many bytes, -1 where it does not say, may be read.
func (t *turns) enter(ctx context.Context, body int64) (*turn, error) {
	const parsed = 3 // times the bytes of a body are in memory while it is read
	if body < 0 {
		body = t.config.MaxBodyBytes
	}
	if body <= smallBody {
		return &turn{of: t}, nil
	}
	mine := &turn{of: t, body: min(parsed*body, t.largest)}
	return mine, t.wait(ctx, t.bodies, mine.body, t.config.MaxQueue)
}

// begin waits until vectors of a dimension, 0 where it is not known, may be made of texts,
// which have been read.
func (t *turn) begin(ctx context.Context, texts []string, dimension int) error {
	weight := min(weightOf(texts, dimension), t.of.largest)
	most := t.of.config.MaxQueue
	if t.body > 0 {
		most = math.MaxInt // it was in the queue already
	}
	if err := t.of.wait(ctx, t.of.texts, weight, most); err != nil {
		return err
	}
	t.texts = weight
	t.of.bodies.Release(t.body)
	t.body = 0
	return nil
}

// weightOf is about what texts take of memory, with their vectors and what finds them.
func weightOf(texts []string, dimension int) int64 {
	const (
		beside  = 512   // a text's key, its place in lists, and what waits for it
		unknown = 1_024 // numbers, as many models have
	)
	if dimension == 0 {
		dimension = unknown
	}
	weight := int64(len(texts)) * int64(beside+4*dimension)
	for _, text := range texts {
		weight += int64(len(text))
	}
	return weight
}

// leave gives back what the request has: of texts once nothing goes on that holds them.
func (t *turn) leave() {
	t.of.bodies.Release(t.body)
	go func() {
		t.going.Wait()
		t.of.texts.Release(t.texts)
	}()
}

// wait takes so much of a half, where it would not be one more than so many that wait.
func (t *turns) wait(ctx context.Context, half *semaphore.Weighted, weight int64, most int) error {
	if half.TryAcquire(weight) {
		return nil
	}
	defer t.waiting.Add(-1)
	if n := t.waiting.Add(1); n > int64(most) {
		return embedding.ErrTooManyCalls.Errorf("%d requests wait already; send fewer at once, or come again later", n-1).
			With("limit", t.config.MaxQueue).After(time.Second)
	}
	wait := t.config.QueueWait.Std()
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	switch err := half.Acquire(within, weight); {
	case err == nil:
		return nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return embedding.ErrTooManyCalls.Errorf("no turn came within %s; send fewer requests at once, or come again later", wait).After(time.Second)
	}
	return context.Cause(ctx)
}
