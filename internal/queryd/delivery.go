package queryd

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// aheadBytes is how far an answer may be ahead of its client before the worker
	// that makes it has to wait.
	aheadBytes = 8 << 20
	// waitingBytes bounds what answers that are made and need no worker any more
	// hold for their clients, all together.
	waitingBytes = 8 * aheadBytes
	// pieceBytes is how much is written at once. Each piece that is written counts
	// as progress of the client, so it has to be small, but for a client that takes
	// each at once: for that one pieces grow up to largePieceBytes.
	pieceBytes      = 4 << 10
	largePieceBytes = 256 << 10
	// smallBytes is what is copied behind what waits already, up to spillBytes of them
	// together; more than that waits in its own buffer.
	smallBytes = 64 << 10
	// atOnce is how long such a client takes for a piece at most.
	atOnce = 10 * time.Millisecond
)

// delivery brings an answer to its client, in a goroutine of its own that runs
// from start to wait. The client may be slow: up to aheadBytes wait for it here.
// Who waits for it longer, since no more may, gives the statement up when no piece
// could be written for as long as its patience.
//
// What a client has taken is not known here, only what its connection has: once
// the buffers of that are full, the kernel lets a write go on when a part of them
// has become free, which may be more than a MB. So a client that reads steadily,
// but less than that within the patience, is given up, too. Where somebody waits for the
// turn, one that reads nothing at all is given up after the crowd's patience, which is
// shorter: what its connection has confirmed to the kernel tells that.
type delivery struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	crowd    crowding
	giveUp   context.CancelCauseFunc

	mu      sync.Mutex
	changed sync.Cond // any of what follows
	waiting [][]byte  // what the client gets next
	spare   [][]byte  // empty buffers to be used again
	left    int       // bytes that it has not yet taken
	closed  bool      // nothing more comes
	ended   bool      // the goroutine has
	err     error     // what a write failed with
	stall   stall     // of who waits for the client
}

// start begins to deliver. The header is out.
func (d *delivery) start() {
	d.changed.L = &d.mu
	go d.run()
}

// all brings a whole answer, in the caller's goroutine and without start.
func (d *delivery) all(buf []byte) error {
	if _, err := d.w.Write(buf); err != nil {
		return err
	}
	return d.control.Flush()
}

// put takes over the bytes of buf, and waits for the client if it is too far
// behind. It gives an empty buffer back, which may be nil.
func (d *delivery) put(buf []byte) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.await(func() bool { return d.left < aheadBytes || d.err != nil })
	if d.err != nil {
		return buf[:0], d.err
	}
	d.left += len(buf)
	d.changed.Broadcast()
	if last := len(d.waiting) - 1; last >= 0 && len(buf) <= smallBytes && len(d.waiting[last])+len(buf) <= spillBytes {
		d.waiting[last] = append(d.waiting[last], buf...)
		return buf[:0], nil
	}
	d.waiting = append(d.waiting, buf)
	return d.reuse(), nil
}

// reuse gives an empty buffer, which may be nil. The caller holds mu.
func (d *delivery) reuse() (buf []byte) {
	if last := len(d.spare) - 1; last >= 0 {
		buf, d.spare = d.spare[last], d.spare[:last]
	}
	return buf
}

// close says that nothing more comes. If the rest may wait in memory it returns
// the bytes taken from budget for that, which the caller gives back; else it
// waits for the client.
func (d *delivery) close(budget *semaphore.Weighted) (taken int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.changed.Broadcast()
	if taken = int64(d.left); budget.TryAcquire(taken) {
		return taken
	}
	d.await(func() bool { return d.ended })
	return 0
}

// wait returns when the client has all that was put, or is lost. Nothing more
// comes.
func (d *delivery) wait() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.changed.Broadcast()
	for !d.ended {
		d.changed.Wait()
	}
	return d.err
}

// await waits for the client until holds does. The caller holds mu.
func (d *delivery) await(holds func() bool) {
	if holds() {
		return
	}
	d.begin()
	for !holds() {
		d.changed.Wait()
	}
	d.end()
}

// run writes what was put, as soon as it is there.
func (d *delivery) run() {
	size := pieceBytes
	for full, ok := d.take(); ok; full, ok = d.take() {
		var err error
		if size, err = d.send(full, size); err == nil && !d.more() {
			err = d.control.Flush()
		}
		d.mu.Lock()
		d.err, d.spare = err, append(d.spare, full[:0])
		d.mu.Unlock()
	}
}

// more tells that what comes next is there, and with it what no flush has sent yet.
func (d *delivery) more() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting) > 0
}

// take gives what waits, or tells that there is nothing left to do.
func (d *delivery) take() (full []byte, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.waiting) == 0 && !d.closed && d.err == nil {
		d.changed.Wait()
	}
	if len(d.waiting) == 0 || d.err != nil {
		d.waiting, d.ended = nil, true
		d.changed.Broadcast()
		return nil, false
	}
	full, d.waiting = d.waiting[0], d.waiting[1:]
	return full, true
}

// send writes in pieces, of which the first has size bytes, and gives the size of
// the next one.
func (d *delivery) send(full []byte, size int) (next int, err error) {
	for len(full) > 0 {
		piece := full[:min(size, len(full))]
		full = full[len(piece):]
		start := time.Now()
		if _, err := d.w.Write(piece); err != nil {
			return size, err
		}
		if size = min(2*size, largePieceBytes); time.Since(start) > atOnce {
			size = pieceBytes
		}
		d.moved(len(piece))
	}
	return size, nil
}

// moved notes that the client's connection has taken n bytes.
func (d *delivery) moved(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left -= n
	if d.stall.timer != nil {
		d.begin()
	}
	d.changed.Broadcast()
}
