package queryd

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// heldBytes is how much of an answer in JSON is held back, so that a failure
	// can still be told as a problem.
	heldBytes = 8 << 20
	// spillBytes is how much of an answer that is under way gathers before it is
	// written.
	spillBytes = 256 << 10
)

// output is the body of one answer. Its header goes out with the first byte that
// is written; from then on the end of ctx, be it the deadline or a cancellation,
// ends a write to a client that does not read.
type output struct {
	ctx     context.Context
	w       http.ResponseWriter
	control *http.ResponseController
	pool    *sync.Pool
	buf     []byte // gathered, not yet written
	held    int    // how much may gather before the header goes out
	unarm   func() bool
}

// newOutput borrows a buffer from pool; the caller calls close.
func newOutput(ctx context.Context, w http.ResponseWriter, pool *sync.Pool, held int) *output {
	o := &output{ctx: ctx, w: w, control: http.NewResponseController(w), pool: pool, held: held}
	if b, ok := pool.Get().(*[]byte); ok {
		o.buf = (*b)[:0]
	}
	return o
}

// room is how many bytes gather before they are written.
func (o *output) room() int {
	if o.started() {
		return spillBytes
	}
	return max(spillBytes, o.held)
}

// spill writes what has gathered, if that is enough.
func (o *output) spill() error {
	if len(o.buf) < o.room() {
		return nil
	}
	return o.write()
}

// flush brings what has gathered to the client.
func (o *output) flush() error {
	if err := o.write(); err != nil {
		return err
	}
	return o.control.Flush()
}

func (o *output) write() error {
	o.start()
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

// started tells that the header is out.
func (o *output) started() bool { return o.unarm != nil }

func (o *output) start() {
	if !o.started() {
		o.unarm = context.AfterFunc(o.ctx, func() { _ = o.control.SetWriteDeadline(time.Now()) })
	}
}

// Write passes bytes on as they are. A piece that is not full is the last for
// now, and must not wait for the next.
func (o *output) Write(p []byte) (int, error) {
	o.start()
	n, err := o.w.Write(p)
	if err == nil && len(p) < copyBytes {
		err = o.control.Flush()
	}
	return n, err
}

// copyBytes is the size of io.Copy's buffer.
const copyBytes = 32 << 10

// close gives the buffer back. Once the context's end has touched the
// connection, the connection is of no further use, and close says so.
func (o *output) close() error {
	if cap(o.buf) <= heldBytes+spillBytes {
		o.pool.Put(&o.buf)
	}
	if o.started() && !o.unarm() {
		return context.Cause(o.ctx)
	}
	return nil
}
