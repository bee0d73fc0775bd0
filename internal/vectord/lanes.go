package vectord

import (
	"context"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// lane is the loads of one index, of which one runs at a time. The loader has them.
type lane struct {
	turn sync.Mutex // held while one is begun or forgotten

	mu  sync.Mutex
	job *job // the last since the daemon runs, if there was one
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
	made := &lane{}
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
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	load record
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
