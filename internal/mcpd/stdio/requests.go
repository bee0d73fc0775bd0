package stdio

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// requests are those at work.
type requests struct {
	ctx     context.Context
	server  Conn
	answers *answers
	slots   chan struct{}

	mu      sync.Mutex
	atWork  map[string]context.CancelFunc // by id
	ending  bool                          // none begins any more
	working sync.WaitGroup
}

func newRequests(ctx context.Context, c Conn, a *answers) *requests {
	return &requests{ctx: ctx, server: c, answers: a, slots: make(chan struct{}, maxRequests), atWork: map[string]context.CancelFunc{}}
}

// begin starts a request, when there is room for one more.
func (r *requests) begin(id json.RawMessage, line []byte) {
	select {
	case r.slots <- struct{}{}:
	case <-r.ctx.Done():
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	if refusal := r.enter(string(id), cancel); refusal != "" {
		cancel()
		<-r.slots
		r.answers.refuse(id, mcp.INVALID_REQUEST, refusal)
		return
	}
	go func() {
		defer r.working.Done()
		defer func() { <-r.slots }()
		defer cancel()
		answer := r.handle(ctx, id, line)
		if r.leave(string(id)) {
			r.answers.send(answer)
		}
	}()
}

// enter notes a request that begins, or says why it may not.
func (r *requests) enter(id string, cancel context.CancelFunc) (refusal string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ending:
		return "the server is stopping"
	case r.atWork[id] != nil:
		return "a request with this id is at work"
	}
	r.atWork[id] = cancel
	r.working.Add(1)
	return ""
}

// leave tells of a request that has ended whether it is to be answered: it was not
// cancelled.
func (r *requests) leave(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, there := r.atWork[id]
	delete(r.atWork, id)
	return there
}

// cancel ends a request, if it is at work.
func (r *requests) cancel(id json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel := r.atWork[string(id)]; cancel != nil {
		cancel()
		delete(r.atWork, string(id))
	}
}

// finish lets nothing more begin, and waits for what is at work. It tells whether all
// has ended.
func (r *requests) finish(within time.Duration) bool {
	r.mu.Lock()
	r.ending = true
	r.mu.Unlock()
	done := make(chan struct{})
	go func() {
		r.working.Wait()
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
