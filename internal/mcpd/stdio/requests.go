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
	taken  map[string]context.CancelFunc // by id
	ending bool                          // none is taken any more
	going  sync.WaitGroup
}

func newRequests(ctx context.Context, c Conn, a *answers) *requests {
	return &requests{ctx: ctx, server: c, answers: a, room: semaphore.NewWeighted(maxHeld), slots: semaphore.NewWeighted(maxRequests), taken: map[string]context.CancelFunc{}}
}

// begin takes a request, and waits for nothing.
func (r *requests) begin(id json.RawMessage, method string, line []byte) {
	ctx, cancel := context.WithCancel(r.ctx)
	weight := int64(len(line) + perRequest)
	if refusal := r.enter(string(id), weight, cancel); refusal != "" {
		cancel()
		r.answers.refuse(id, mcp.INVALID_REQUEST, refusal)
		return
	}
	go func() {
		defer r.going.Done()
		defer r.room.Release(weight)
		defer cancel()
		answer := r.inTurn(ctx, id, method, line)
		if r.leave(string(id)) {
			r.answers.send(answer)
		}
	}()
}

// enter notes a request, or says why it is not taken.
func (r *requests) enter(id string, weight int64, cancel context.CancelFunc) (refusal string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ending:
		return stopping
	case r.taken[id] != nil:
		return "a request with this id is at work"
	case !r.room.TryAcquire(weight):
		return "too much is asked at once; ask again when some of it is answered"
	}
	r.taken[id] = cancel
	r.going.Add(1)
	return ""
}

// inTurn has a request answered when there is a slot for it. A ping, by which a client
// knows that this process lives, needs none.
func (r *requests) inTurn(ctx context.Context, id json.RawMessage, method string, line []byte) any {
	if method == string(mcp.MethodPing) {
		return r.handle(ctx, id, line)
	}
	if r.slots.Acquire(ctx, 1) != nil {
		return failed(id, mcp.INVALID_REQUEST, stopping)
	}
	defer r.slots.Release(1)
	return r.handle(ctx, id, line)
}

const stopping = "the server is stopping"

// leave tells of a request that has ended whether it is to be answered: it was not
// cancelled.
func (r *requests) leave(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, there := r.taken[id]
	delete(r.taken, id)
	return there
}

// cancel ends a request, if it was taken.
func (r *requests) cancel(id json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel := r.taken[string(id)]; cancel != nil {
		cancel()
		delete(r.taken, string(id))
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

// handle has the server answer. A fault of it costs this request alone.
func (r *requests) handle(ctx context.Context, id json.RawMessage, line []byte) (answer any) {
	defer func() {
		if fault := recover(); fault != nil {
			r.server.Log.Error("a request failed", "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			answer = failed(id, mcp.INTERNAL_ERROR, "something went wrong here; the log of mcpd has the cause")
		}
	}()
	switch a := r.server.Server.HandleMessage(ctx, line).(type) {
	case mcp.JSONRPCResponse: // the server has read the id as a float64
		a.ID = mcp.NewRequestId(id)
		return a
	case mcp.JSONRPCError:
		a.ID = mcp.NewRequestId(id)
		return a
	default:
		return failed(id, mcp.INTERNAL_ERROR, "the request has no answer")
	}
}
