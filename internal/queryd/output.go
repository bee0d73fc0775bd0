package queryd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

const (
	// heldBytes is how much of an answer in JSON or Parquet is held back, so that a failure
	// can still be told as a problem.
	heldBytes = 8 << 20
	// spillBytes is how much of an answer that is under way gathers before it is
	// sent.
	spillBytes = 256 << 10
)

// output is the body of one answer as it is made. Its header goes out with the
// first byte that is sent; from then on the end of ctx, be it the deadline or a
// cancellation, ends a write to a client that does not read.
type output struct {
	ctx       context.Context
	pool      *buffers
	budget    *semaphore.Weighted
	buf       []byte      // gathered, not yet sent
	held      int         // how much may gather before the header goes out
	whole     bool        // all is gathered, and is little: close sends it
	truncated string      // of the trailer, "" for none
	copy      *answerCopy // for the cache, nil for none

	delivery delivery
	unarm    func() bool // nil before the header
	taken    int64       // of budget
}

// newOutput borrows a buffer; the caller calls close.
func (s *server) newOutput(ctx context.Context, w http.ResponseWriter, q *job) *output {
	o := &output{ctx: ctx, pool: &s.buffers, budget: s.waiting, delivery: delivery{
		w: w, control: http.NewResponseController(w), patience: s.config.StallTimeout.Std(), giveUp: q.cancel,
		crowd: crowding{
			patience: s.config.StallTimeoutCrowded.Std(),
			wanted:   func() bool { return s.gate.wanted(q.caller) },
			unsent:   func() int { return service.Unsent(ctx) },
		},
	}}
	if q.format == query.JSON || q.format == query.Parquet {
		o.held = heldBytes
	}
	o.borrow()
	return o
}

// borrow sees to it that there is a buffer to append to.
func (o *output) borrow() {
	if cap(o.buf) == 0 {
		o.buf = o.pool.get()
	}
}

func (o *output) header() http.Header { return o.delivery.w.Header() }

// room is how many bytes gather before they are sent.
func (o *output) room() int {
	if o.started() {
		return spillBytes
	}
	return max(spillBytes, o.held)
}

// spill sends what has gathered, if that is enough.
func (o *output) spill() error {
	if len(o.buf) < o.room() {
		return nil
	}
	return o.send()
}

// send hands over what has gathered.
func (o *output) send() (err error) {
	if !o.started() {
		o.open()
		o.delivery.start()
	}
	o.copy.add(o.buf)
	o.buf, err = o.delivery.put(o.buf)
	return err
}

// finish hands over the rest of an answer that says its length if it can. A small one
// waits for close, when the worker is free again: who made it writes it in less time
// than another goroutine is woken up in.
func (o *output) finish() error {
	if !o.started() {
		o.header().Set("Content-Length", strconv.Itoa(len(o.buf)))
		if o.whole = len(o.buf) <= smallBytes; o.whole {
			o.copy.add(o.buf)
			return nil
		}
	}
	return o.send()
}

// open sends the header.
func (o *output) open() {
	control := o.delivery.control
	o.unarm = context.AfterFunc(o.ctx, func() { _ = control.SetWriteDeadline(time.Now()) })
	o.delivery.w.WriteHeader(http.StatusOK)
}

// started tells that the header is out.
func (o *output) started() bool { return o.unarm != nil }

// Write sends bytes as they are.
func (o *output) Write(p []byte) (int, error) {
	o.buf = append(o.buf, p...)
	return len(p), o.send()
}

// ReadFrom sends bytes as they come; io.Copy takes it before Write.
func (o *output) ReadFrom(r io.Reader) (n int64, err error) {
	for err == nil {
		o.borrow()
		o.buf = slices.Grow(o.buf, spillBytes)
		var more int
		more, err = r.Read(o.buf[len(o.buf):cap(o.buf)])
		if o.buf = o.buf[:len(o.buf)+more]; more > 0 {
			err = errors.Join(o.send(), err)
		}
		n += int64(more)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// end says that nothing more comes. It returns at once if the rest may wait for
// its client in memory, else when the client has taken it.
func (o *output) end() {
	if o.started() {
		o.taken = o.delivery.close(o.budget)
	}
}

// close returns when the client has the whole body, or is lost; nothing uses the
// ResponseWriter any more then. Once the context's end has touched the
// connection, the connection is of no further use, and close says so.
func (o *output) close() error {
	defer o.pool.put(o.buf)
	var err error
	switch {
	case o.whole:
		o.open()
		err = o.delivery.all(o.buf)
	case o.started():
		err = o.delivery.wait()
	default:
		o.header().Del("Trailer") // the answer will be a problem
		o.header().Del(query.HeaderCache)
		return nil
	}
	o.budget.Release(o.taken)
	for _, buf := range o.delivery.spare {
		o.pool.put(buf)
	}
	if !o.unarm() && err == nil {
		err = context.Cause(o.ctx)
	}
	if o.truncated != "" {
		o.header().Set(query.HeaderTruncated, o.truncated)
	}
	return err
}
