package embedd

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// permits bounds what requests hold of memory, one half for bodies that are read and as much
// for each model's texts with what becomes of them, and how many wait for it. Nobody holds of
// the second and waits for the first.
type permits struct {
	config  Config
	bodies  pool
	models  map[string]*share
	waiting atomic.Int64
}

// share is what a model's texts may take: who waits for it is in the way of no other model. A
// part is for questions alone, which are of one text, where bulk work has the rest.
type share struct{ questions, bulk pool }

// pool is memory that requests have in the order in which they came.
type pool struct {
	*semaphore.Weighted
	largest int64 // that one request takes of it, so that another passes beside it
}

func newPool(bytes int64) pool { return pool{semaphore.NewWeighted(bytes), bytes / 2} }

func newPermits(c Config) *permits {
	half := c.MemoryBytes / 2
	p := &permits{config: c, bodies: newPool(half), models: map[string]*share{}}
	for _, name := range append(slices.Collect(maps.Keys(c.Models)), builtinName) {
		p.models[name] = &share{questions: newPool(half / 4), bulk: newPool(half - half/4)}
	}
	return p
}

// smallBody is read without a permit, and one text of it is a question.
const smallBody = 16 << 10

// permit is what a request has of the memory.
type permit struct {
	of      *permits
	body    int64
	texts   int64
	from    pool         // that the texts are of
	holders atomic.Int64 // of the texts: the request until it leaves, and work that others wait for, too
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
	mine.body = min(parsed*body, p.bodies.largest)
	_, err := p.wait(ctx, mine.body, p.config.MaxQueue, p.bodies)
	return mine, err
}

// begin waits until vectors of a dimension, 0 where it is not known, may be made of texts,
// which have been read, by a model.
func (p *permit) begin(ctx context.Context, model string, texts []string, dimension int) error {
	own := p.of.models[model]
	pools, most := []pool{own.bulk}, p.of.config.MaxQueue
	if len(texts) == 1 && len(texts[0]) <= smallBody {
		pools = append(pools, own.questions)
	}
	if p.body > 0 {
		most = math.MaxInt // it was in the queue already
	}
	weight := min(weightOf(texts, dimension), pools[len(pools)-1].largest)
	from, err := p.of.wait(ctx, weight, most, pools...)
	if err != nil {
		return err
	}
	p.texts, p.from = weight, from
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
	if p.holders.Add(-1) == 0 && p.texts > 0 {
		p.from.Release(p.texts)
	}
}

// wait takes so much of the first pool that has it, or of the last as soon as that has, where
// this would not be one more than so many that wait.
func (p *permits) wait(ctx context.Context, weight int64, most int, pools ...pool) (from pool, err error) {
	for _, from = range pools {
		if from.TryAcquire(weight) {
			return from, nil
		}
	}
	defer p.waiting.Add(-1)
	if n := p.waiting.Add(1); n > int64(most) {
		return from, embedding.ErrTooManyCalls.Errorf("%d requests wait already; send fewer at once, or come again later", n-1).
			With("limit", p.config.MaxQueue).After(time.Second)
	}
	wait := p.config.QueueWait.Std()
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	switch err := from.Acquire(within, weight); {
	case err == nil:
		return from, nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return from, embedding.ErrTooManyCalls.Errorf("no turn came within %s; send fewer requests at once, or come again later", wait).After(time.Second)
	}
	return from, context.Cause(ctx)
}
