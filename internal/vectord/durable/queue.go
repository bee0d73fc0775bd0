package durable

import (
	"context"
	"slices"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// request is a change that waits for its turn.
type request struct {
	ctx     context.Context // of whoever waits for the answer
	resolve func() (change, error)
	change  change // what resolve gives, where there is one; before, the bytes of what it asks for
	answers chan answer

	// clearing says that the change is needed to make room: its object may take what the
	// disk has in reserve. Others do not share it.
	clearing bool
}

type answer struct {
	counts
	err error
}

// answer is given once.
func (r *request) answer(n counts, err error) { r.answers <- answer{n, err} }

// fail gives requests an error for an answer.
func fail(requests []*request, err error) {
	for _, r := range requests {
		r.answer(counts{}, err)
	}
}

// queue holds requests in their order. The bytes of their changes have a bound, which one
// alone may exceed, and which those that have none, as the index's own, do not meet.
type queue struct {
	limit int64

	mu      sync.Mutex
	waiting []*request
	bytes   int64
	closed  bool
	came    chan struct{} // has one element when something changed
}

func newQueue(limit int64) *queue { return &queue{limit: limit, came: make(chan struct{}, 1)} }

func (q *queue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	more := r.change.bytes
	switch {
	case q.closed:
		return ErrClosed
	case more > 0 && q.bytes > 0 && q.bytes+more > q.limit:
		return wire.ErrUnavailable.Errorf("the index has changes of %d bytes that wait to be stored, and may have %d: send it again in a while, and if that stays so look at storaged", q.bytes, q.limit).
			With("service", "storaged").With("limit", q.limit).After(time.Second)
	}
	q.waiting, q.bytes = append(q.waiting, r), q.bytes+more
	q.call()
	return nil
}

// leave takes a request out, unless it was taken before.
func (q *queue) leave(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at := slices.Index(q.waiting, r); at >= 0 {
		q.out(at, at+1)
	}
}

// out takes requests out while q.mu is held.
func (q *queue) out(from, to int) []*request {
	group := slices.Clone(q.waiting[from:to])
	q.waiting = slices.Delete(q.waiting, from, to)
	for _, r := range group {
		q.bytes -= r.change.bytes
	}
	return group
}

func (q *queue) call() {
	select {
	case q.came <- struct{}{}:
	default:
	}
}

// close lets nothing more in. What waits can still be taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.call()
}

// take waits for requests, and gives those that can be made together: the first one, and
// those after it that need not see what was changed before, as long as fits accepts
// them. It gives none when the queue is closed and empty.
func (q *queue) take(fits func(sofar int64, r *request) bool) []*request {
	for {
		if group, closed := q.next(fits); len(group) > 0 || closed {
			return group
		}
		<-q.came
	}
}

func (q *queue) next(fits func(int64, *request) bool) (group []*request, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, bytes := 0, int64(0)
	for _, r := range q.waiting {
		if n > 0 && (r.resolve != nil || r.clearing != q.waiting[0].clearing || !fits(bytes, r)) {
			break
		}
		n, bytes = n+1, bytes+r.change.bytes
	}
	return q.out(0, n), q.closed && n == 0
}

// drain takes all that wait.
func (q *queue) drain() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.out(0, len(q.waiting))
}
