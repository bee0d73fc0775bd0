package durable

import (
	"context"
	"sync"
)

// request is a change that waits for its turn.
type request struct {
	ctx     context.Context // of whoever waits for the answer
	resolve func() (change, error)
	change  change // what resolve gives, where there is one
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

// queue holds requests in their order.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	closed  bool
	came    chan struct{} // has one element when something changed
}

func newQueue() *queue { return &queue{came: make(chan struct{}, 1)} }

func (q *queue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.call()
	return nil
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
	bytes := int64(0)
	for len(q.waiting) > 0 {
		r := q.waiting[0]
		if len(group) > 0 && (r.resolve != nil || r.clearing != group[0].clearing || !fits(bytes, r)) {
			break
		}
		group, bytes = append(group, r), bytes+r.change.bytes
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
	}
	return group, q.closed && len(group) == 0
}
