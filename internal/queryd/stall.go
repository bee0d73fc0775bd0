package queryd

import (
	"errors"
	"fmt"
	"time"
)

// The causes of a context that ended because a client took too little.
var (
	errStalled = errors.New("nothing more of the answer could be sent to the client")
	// errDisplaced: and another statement could have had the turn. It is errStalled too.
	errDisplaced = fmt.Errorf("%w, and others waited", errStalled)
)

// crowding says how long a client may take nothing where somebody waits for the turn of
// its statement. Its zero value waits for none.
type crowding struct {
	patience time.Duration // while the connection confirms not a byte
	wanted   func() bool   // another statement would have its turn
	unsent   func() int    // bytes that the connection has not confirmed
}

// stall is the watch over a client that somebody waits for. The delivery's mu guards it.
type stall struct {
	timer  *time.Timer // nil if nobody waits
	moved  time.Time   // the last write, or the begin of the wait
	quiet  time.Time   // the last time that unsent changed, or a write
	unsent int         // then
}

// begin starts the watch, or starts it anew because the client took something.
func (d *delivery) begin() {
	now := time.Now()
	d.stall.moved, d.stall.quiet = now, now
	if d.crowd.patience > 0 {
		d.stall.unsent = d.crowd.unsent()
	}
	if d.stall.timer == nil {
		d.stall.timer = time.AfterFunc(d.next(now), d.look)
	} else {
		d.stall.timer.Reset(d.next(now))
	}
}

// next is when the client is to be looked at again.
func (d *delivery) next(now time.Time) time.Duration {
	left := d.patience - now.Sub(d.stall.moved)
	if d.crowd.patience > 0 {
		left = min(left, d.crowd.patience)
	}
	return left
}

// look gives the statement up, if the patience with its client has passed.
func (d *delivery) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stall.timer == nil {
		return
	}
	now := time.Now()
	if now.Sub(d.stall.moved) >= d.patience {
		d.giveUp(fmt.Errorf("%w for %s", errStalled, d.patience))
		return
	}
	if d.crowd.patience > 0 {
		if unsent := d.crowd.unsent(); unsent != d.stall.unsent {
			d.stall.unsent, d.stall.quiet = unsent, now
		}
		if now.Sub(d.stall.quiet) >= d.crowd.patience && d.crowd.wanted() {
			d.giveUp(fmt.Errorf("%w for %s", errDisplaced, d.crowd.patience))
			return
		}
	}
	d.stall.timer.Reset(d.next(now))
}

// end stops the watch.
func (d *delivery) end() {
	d.stall.timer.Stop()
	d.stall.timer = nil
}
