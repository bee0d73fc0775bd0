package embedd

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// permits bounds what requests hold of memory, one half for bodies that are read and one for
// texts with what becomes of them, and how many wait for it. They have their turns in the
// order in which they came. Nobody holds of the second half and waits for the first.
type permits struct {
	config        Config
	bodies, texts *semaphore.Weighted
	largest       int64 // that one request takes of a half, so that another passes beside it
	waiting       atomic.Int64
}

func newPermits(c Config) *permits {
	half := c.MemoryBytes / 2
	return &permits{config: c, bodies: semaphore.NewWeighted(half), texts: semaphore.NewWeighted(half), largest: half / 2}
}

// smallBody is read without a permit: no question stands behind an upload.
const smallBody = 16 << 10

// permit is what a request has of the memory.
type permit struct {
	of          *permits
	body, texts int64
	holders     atomic.Int64 // of the texts: the request until it leaves, and work that others wait for, too
}

// enter waits until a body of so many bytes, -1 where it does not say, may be read.
func (p *permits) enter(ctx context.Context, body int64) (*permit, error) {
	const parsed = 3 // times the bytes of a body are in memory while it is read
	if body < 0 {
		body = p.config.MaxBodyBytes
	}
	mine := &permit{of: p}
	mine.holders.Store(1)
	if body <= smallBody {
		return mine, nil
	}
	mine.body = min(parsed*body, p.largest)
	return mine, p.wait(ctx, p.bodies, mine.body, p.config.MaxQueue)
}

// begin waits until vectors of a dimension, 0 where it is not known, may be made of texts,
// which have been read.
func (p *permit) begin(ctx context.Context, texts []string, dimension int) error {
	weight := min(weightOf(texts, dimension), p.of.largest)
	most := p.of.config.MaxQueue
	if p.body > 0 {
		most = math.MaxInt // it was in the queue already
	}
	if err := p.of.wait(ctx, p.of.texts, weight, most); err != nil {
		return err
	}
	p.texts = weight
	p.of.bodies.Release(p.body)
	p.body = 0
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

// work runs in a goroutine what holds the texts, though the request may leave.
func (p *permit) work(do func()) {
	p.holders.Add(1)
	go func() {
		defer p.let()
		do()
	}()
}

// leave gives back what the request has: of texts once nothing goes on that holds them.
func (p *permit) leave() {
	p.of.bodies.Release(p.body)
	p.let()
}

func (p *permit) let() {
	if p.holders.Add(-1) == 0 {
		p.of.texts.Release(p.texts)
	}
}

// wait takes so much of a half, where it would not be one more than so many that wait.
func (p *permits) wait(ctx context.Context, half *semaphore.Weighted, weight int64, most int) error {
	if half.TryAcquire(weight) {
		return nil
	}
	defer p.waiting.Add(-1)
	if n := p.waiting.Add(1); n > int64(most) {
		return embedding.ErrTooManyCalls.Errorf("%d requests wait already; send fewer at once, or come again later", n-1).
			With("limit", p.config.MaxQueue).After(time.Second)
	}
	wait := p.config.QueueWait.Std()
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
