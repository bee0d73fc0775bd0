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
type share struct {
	questions, bulk pool
	stay            pool // what those who wait for it may keep of the bodies' memory
}

// pool is memory that requests have in the order in which they came.
type pool struct {
	*semaphore.Weighted
	all     int64
	largest int64 // that one request takes of it, so that another passes beside it
}

func newPool(bytes int64) pool { return pool{semaphore.NewWeighted(bytes), bytes, bytes / 2} }

func newPermits(c Config) *permits {
	half := c.MemoryBytes / 2
	p := &permits{config: c, bodies: newPool(half), models: map[string]*share{}}
	stay := half
	if others := int64(len(c.Models)); others > 0 {
		stay = p.bodies.largest / others // so that of one model the largest is read while all others stay
	}
	for _, name := range append(slices.Collect(maps.Keys(c.Models)), builtinName) {
		p.models[name] = &share{questions: newPool(half / 4), bulk: newPool(half - half/4), stay: newPool(stay)}
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

// permit gives what has nothing yet.
func (p *permits) permit() *permit {
	mine := &permit{of: p}
	mine.holders.Store(1)
	return mine
}

// enter waits until a body of so many bytes, -1 where it does not say, may be read.
func (p *permit) enter(ctx context.Context, body int64) error {
	const parsed = 3 // times the bytes of a body are in memory while it is read
	if body < 0 {
		body = p.of.config.MaxBodyBytes
	}
	weight := min(parsed*body, p.of.bodies.largest)
	if err := p.of.wait(ctx, p.of.bodies, weight, p.of.config.MaxQueue); err != nil {
		return err
	}
	p.body = weight
	return nil
}

// begin waits until vectors of a dimension, 0 where it is not known, may be made of texts,
// which have been read, by a model.
func (p *permit) begin(ctx context.Context, model string, texts []string, dimension int) error {
	own := p.of.models[model]
	pools := []pool{own.bulk}
	if len(texts) == 1 && len(texts[0]) <= smallBody {
		pools = append(pools, own.questions)
	}
	p.from = pools[len(pools)-1]
	weight := min(weightOf(texts, dimension), p.from.largest)
	if at := slices.IndexFunc(pools, func(from pool) bool { return from.TryAcquire(weight) }); at >= 0 {
		p.from = pools[at]
	} else if err := p.queue(ctx, model, weight, bytesOf(texts)); err != nil {
		return err
	}
	p.texts = weight
	p.of.bodies.Release(p.body)
	p.body = 0
	return nil
}

// queue waits for so much of the pool of the texts. Who has a body that was read keeps of its
// permit what the texts take, and of a model's these are bounded, so that others are read.
func (p *permit) queue(ctx context.Context, model string, weight, texts int64) error {
	if p.body == 0 {
		return p.of.wait(ctx, p.from, weight, p.of.config.MaxQueue)
	}
	stay := p.of.models[model].stay
	keeps := min(texts, p.body, stay.all)
	if !stay.TryAcquire(keeps) {
		return embedding.ErrTooManyCalls.Errorf("the model %s is at work for others, and as much as may waits for it already; send fewer requests at once, or come again later", model).
			With("model", model).After(time.Second)
	}
	defer stay.Release(keeps)
	p.of.bodies.Release(p.body - keeps)
	p.body = keeps
	return p.of.wait(ctx, p.from, weight, math.MaxInt) // it was in the queue already
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
	return bytesOf(texts) + int64(len(texts))*int64(beside+4*dimension)
}

func bytesOf(texts []string) (n int64) {
	for _, text := range texts {
		n += int64(len(text))
	}
	return n
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

// wait takes so much of a pool, where it would not be one more than so many that wait.
func (p *permits) wait(ctx context.Context, from pool, weight int64, most int) error {
	if from.TryAcquire(weight) {
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
	switch err := from.Acquire(within, weight); {
	case err == nil:
		return nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return embedding.ErrTooManyCalls.Errorf("no turn came within %s; send fewer requests at once, or come again later", wait).After(time.Second)
	}
	return context.Cause(ctx)
}
