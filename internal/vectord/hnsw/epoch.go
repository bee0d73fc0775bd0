package hnsw

import (
	"sync"
	"sync/atomic"
)

// epochs tell when everybody who may have seen something has left: sleepable
// read-copy-update with two counters, as in Linux (McKenney, "Sleepable RCU"). To
// enter and to leave are two atomic additions.
type epochs struct {
	current atomic.Uint64
	inside  [2]atomic.Int64
	left    chan struct{} // a hint that a counter may have become zero
	one     sync.Mutex    // whoever waits
}

func newEpochs() *epochs { return &epochs{left: make(chan struct{}, 1)} }

// enter gives what leave is to be called with.
func (e *epochs) enter() uint64 {
	for {
		now := e.current.Load()
		e.inside[now&1].Add(1)
		if e.current.Load() == now {
			return now
		}
		e.leave(now)
	}
}

func (e *epochs) leave(entered uint64) {
	if e.inside[entered&1].Add(-1) == 0 && e.current.Load() != entered {
		select {
		case e.left <- struct{}{}:
		default:
		}
	}
}

// wait returns when everybody who was inside when it began has left.
func (e *epochs) wait() {
	e.one.Lock()
	defer e.one.Unlock()
	old := e.current.Add(1) - 1
	for e.inside[old&1].Load() != 0 {
		<-e.left
	}
}
