package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// answerWithin bounds an operation, and how long a client asks again for one.
const answerWithin = 2 * time.Minute

// crashClient does operations on names that are its own, through the gateway.
type crashClient struct {
	t      *testing.T
	number int
	serial int // of operations
	dice   *rand.Rand
	events *crashEvents
	pool   *sharedRows
	jobs   *toldJobs
	world  *world
	left   *left // what got no answer, until it is found out what came of it

	ingest  *ingest.Client
	catalog *catalog.Client
	query   *query.Client
	storage *storage.Client
	vectors *vector.Client
}

func newCrashClient(t *testing.T, url string, number int, dice *rand.Rand, pool *sharedRows, jobs *toldJobs, events *crashEvents) *crashClient {
	c := &crashClient{t: t, number: number, dice: dice, events: events, pool: pool, jobs: jobs, world: newWorld()}
	c.at(url)
	for _, key := range c.allKeys() {
		c.world.objects[key] = gone
	}
	return c
}

// at has the client ask a gateway.
func (c *crashClient) at(url string) {
	// A connection for each request: net/http sends none again by itself then.
	base := wire.Client{Service: "gateway", Base: url + "/v1", HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	c.ingest, c.catalog = &ingest.Client{Client: base}, &catalog.Client{Client: base}
	c.query, c.storage = &query.Client{Client: base}, &storage.Client{Client: base}
	c.vectors = &vector.Client{Client: base}
}

// operation is one request of a client and what it comes to.
type operation struct {
	kind      string
	what      string       // for the log
	table     string       // whose rows may be watched meanwhile, "" for none
	names     []string     // the datasets that it concerns
	key       string       // the object
	apply     func(*world) // what it does; nil: nothing
	early     func(*world) // what of that may be there before the rest is, and without it
	refusal   *wire.Kind   // what it has to be refused with; nil: it must not be
	cancelled *wire.Kind   // what it may be refused with; nil: it must not be
	again     bool         // the same request once more tells what came of it, and completes it
	insist    bool         // and has to be sent until there is an answer
	do        func(try int) error
	learn     func(*world) // what its answer says of it
}

// left is an operation without an answer, and what the world is if it happened.
type left struct {
	operation
	after *world
	seen  bool // a reader saw that it happened
}

// wrongAnswer is an answer that says something else than what happened.
type wrongAnswer string

func (w wrongAnswer) Error() string { return string(w) }

func wrong(format string, args ...any) error { return wrongAnswer(fmt.Sprintf(format, args...)) }

// silent tells an error after which an operation may have happened, and gives its
// code.
func silent(err error) (code string, yes bool) {
	var bad wrongAnswer
	if err == nil || errors.As(err, &bad) || errors.Is(err, context.DeadlineExceeded) {
		return "", false
	}
	var p *wire.Problem
	if !errors.As(err, &p) {
		return "broken_answer", true
	}
	return p.Kind.Code, p.Kind.Status >= 500
}

func (c *crashClient) fail(format string, args ...any) {
	text := fmt.Sprintf("client %d: ", c.number) + fmt.Sprintf(format, args...)
	c.events.note("FAILED %s", text)
	c.t.Error(text)
}

func (c *crashClient) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.t.Context(), answerWithin)
}

// work does some operations, or ends earlier with one that got no answer.
func (c *crashClient) work(count int) {
	for range count {
		if c.left != nil || c.t.Failed() {
			return
		}
		c.serial++
		o := c.next()
		o.what = fmt.Sprintf("client %d, %d: %s %s", c.number, c.serial, o.kind, o.what)
		c.perform(o)
	}
}

// perform does an operation and takes over what its answer says.
func (c *crashClient) perform(o operation) {
	after := c.world.clone()
	if o.apply != nil {
		o.apply(after)
	}
	c.events.note("%s", o.what)
	watched := c.watch(o, after)
	c.events.begin(o.kind)
	start := time.Now()
	err := o.do(1)
	code, open := silent(err)
	if open {
		c.events.silence(code)
		if code == wire.ErrInternal.Code {
			c.fail("%s: %v: what a kill brings about has a code of its own", o.what, err)
		}
		c.events.note("%s: no answer: %v", o.what, err)
		if o.again && (o.insist || c.dice.IntN(2) == 0) {
			err = c.insist(o.what, func(try int) error { return o.do(try + 1) })
			_, open = silent(err)
		}
	} else {
		c.events.answered(o.kind, time.Since(start))
	}
	seen := watched()
	if open {
		c.left = &left{operation: o, after: after, seen: seen}
		return
	}
	c.conclude(o, after, seen, err)
}

// conclude takes over an answer.
func (c *crashClient) conclude(o operation, after *world, seen bool, err error) {
	c.events.note("%s: %v", o.what, err)
	switch {
	case err == nil && o.refusal != nil:
		c.fail("%s: acknowledged, and had to be refused with %s", o.what, o.refusal.Code)
	case err == nil:
		if c.world = after; o.learn != nil {
			o.learn(after)
		}
		c.events.count(&c.events.acknowledged)
	case o.refusal != nil && errors.Is(err, o.refusal), o.cancelled != nil && errors.Is(err, o.cancelled):
		c.events.count(&c.events.refused)
		if seen {
			c.fail("%s: seen and then refused", o.what)
		}
	default:
		c.fail("%s: %v", o.what, err)
	}
}

// insist asks until there is an answer. Whoever asks may be told to come again for
// as long as the fleet recovers from a kill.
func (c *crashClient) insist(what string, ask func(try int) error) error {
	ctx, cancel := c.context()
	defer cancel()
	for try := 1; ; try++ {
		err := ask(try)
		if _, open := silent(err); !open {
			return err
		}
		select {
		case <-ctx.Done():
			c.fail("%s: no answer within %s, the last: %v", what, answerWithin, err)
			return err
		case <-time.After(2 * readyPoll):
		}
	}
}
