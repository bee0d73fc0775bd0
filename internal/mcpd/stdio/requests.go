package stdio

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/semaphore"
)

// requests are those that were taken and have not ended: at work, or in line for it.
type requests struct {
	ctx     context.Context
	server  Conn
	answers *answers
	room    *semaphore.Weighted // bytes
	slots   *semaphore.Weighted // of those at work

	mu     sync.Mutex
	taken  map[string]*request // by the text of the id
	ending bool                // none is taken any more
	going  sync.WaitGroup
}

// request is one that was taken, and keeps its id until it has ended.
type request struct {
	id        json.RawMessage
	weight    int64
	cancel    context.CancelFunc
	cancelled bool // by the client, so that it is not answered
}

func newRequests(ctx context.Context, c Conn, a *answers) *requests {
	return &requests{ctx: ctx, server: c, answers: a, room: semaphore.NewWeighted(maxHeld), slots: semaphore.NewWeighted(maxRequests), taken: map[string]*request{}}
}

// begin takes a request, and waits for nothing.
func (r *requests) begin(id, line json.RawMessage) {
	ctx, cancel := context.WithCancel(r.ctx)
	q := &request{id: id, weight: int64(len(line) + perRequest), cancel: cancel}
	if refusal := r.enter(q); refusal != "" {
		cancel()
		r.answers.refuse(id, mcp.INVALID_REQUEST, refusal)
		return
	}
	go func() {
		defer r.going.Done()
		defer r.room.Release(q.weight)
		defer cancel()
		answer := r.inTurn(ctx, id, line)
		if r.leave(q) {
			r.answers.send(answer)
		}
	}()
}

// enter notes a request, or says why it is not taken.
func (r *requests) enter(q *request) (refusal string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := keyOf(q.id)
	switch {
	case r.ending:
		return stopping
	case r.taken[key] != nil:
		return "a request with this id is at work"
	case !r.room.TryAcquire(q.weight):
		return "too much is asked at once; ask again when some of it is answered"
	}
	r.taken[key] = q
	r.going.Add(1)
	return ""
}

// keyOf gives two texts that mean the same the same key. Numbers are as they are written.
func keyOf(id json.RawMessage) string {
	var text string
	if len(id) == 0 || id[0] != '"' || json.Unmarshal(id, &text) != nil {
		return string(id)
	}
	return `"` + text
}

// inTurn has a request answered when there is a slot for it.
func (r *requests) inTurn(ctx context.Context, id, line json.RawMessage) any {
	if r.slots.Acquire(ctx, 1) != nil {
		return failed(id, mcp.INVALID_REQUEST, stopping)
	}
	defer r.slots.Release(1)
	return r.answer(ctx, id, line)
}

const stopping = "the server is stopping"

// leave gives the id of a request that has ended free, and tells whether it is to be
// answered.
func (r *requests) leave(q *request) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.taken, keyOf(q.id))
	return !q.cancelled
}

// cancel ends a request, if it was taken.
func (r *requests) cancel(id json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q := r.taken[keyOf(id)]; q != nil {
		q.cancelled = true
		q.cancel()
	}
}

// finish takes nothing more, and waits for what was taken. It tells whether all has ended.
func (r *requests) finish(within time.Duration) bool {
	r.mu.Lock()
	r.ending = true
	r.mu.Unlock()
	done := make(chan struct{})
	go func() {
		r.going.Wait()
		close(done)
	}()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// answer is what the server says to a request, under the id as the client wrote it: the
// server has read that as a float64.
func (r *requests) answer(ctx context.Context, id, line json.RawMessage) any {
	switch a := r.handle(ctx, line).(type) {
	case mcp.JSONRPCResponse:
		a.ID = mcp.NewRequestId(id)
		return a
	case mcp.JSONRPCError:
		a.ID = mcp.NewRequestId(id)
		return a
	default:
		return failed(id, mcp.INTERNAL_ERROR, "the request has no answer")
	}
}

// handle has the server do what a message says. A fault of it costs this message alone.
func (r *requests) handle(ctx context.Context, line json.RawMessage) (answer mcp.JSONRPCMessage) {
	defer func() {
		if fault := recover(); fault != nil {
			r.server.Log.Error("a message failed", "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			answer = failed(nil, mcp.INTERNAL_ERROR, "something went wrong here; the log of mcpd has the cause")
		}
	}()
	return r.server.Server.HandleMessage(ctx, line)
}
