package vectord

import (
	"context"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// lane is the loads of one index, of which one runs at a time. The loader has them.
type lane struct {
	turn chan struct{} // has an element while one is begun, or none may

	mu     sync.Mutex
	job    *job   // the last since the daemon runs, if there was one
	holder string // who has the turn so that no load begins, such as "an erasure"
}

// take takes the turn if nobody has it; so that no load begins, for somebody.
func (l *lane) take(holder string) (taken bool, other string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
		l.holder = holder
		return true, ""
	default:
		return false, l.holder
	}
}

// pass lets go of the turn.
func (l *lane) pass() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holder = ""
	<-l.turn
}

// lane gives the loads of an index. Those of indexes that are gone are let go.
func (l *loader) lane(x *index) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.lanes[x]; found != nil {
		return found
	}
	for other := range l.lanes {
		if other.isGone() {
			delete(l.lanes, other)
		}
	}
	made := &lane{turn: make(chan struct{}, 1)}
	l.lanes[x] = made
	return made
}

// count tells how many loads run.
func (l *loader) count() (running int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.lanes {
		if one.running() != nil {
			running++
		}
	}
	return running
}

// last gives the last load since the daemon runs, if there was one.
func (l *lane) last() *job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.job
}

// running gives the load that runs, if one does.
func (l *lane) running() *job {
	if j := l.last(); j != nil && j.look().State == vector.LoadRunning {
		return j
	}
	return nil
}

func (l *lane) set(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.job = j
}

// job is a load that runs, or ran.
type job struct {
	ctx    context.Context // ends with it, or with the loader
	cancel context.CancelFunc
	done   chan struct{} // closed when it has ended, or the loader has

	mu   sync.Mutex
	load record
}

func (l *loader) newJob(load record) *job {
	j := &job{done: make(chan struct{}), load: load}
	j.ctx, j.cancel = context.WithCancel(l.ctx)
	return j
}

func (j *job) look() record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.load
}

func (j *job) change(f func(*record)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.load)
}
