package vectord

import (
	"context"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// lane is the loads of one index, of which one runs at a time. The loader has them.
type lane struct {
	mu     sync.Mutex
	job    *job   // the last since the daemon runs, if there was one
	holder string // who has the turn; "": nobody
}

// anotherLoad has the turn while it begins.
const anotherLoad = "another load"

// hold takes the turn of an index's loads, for one that begins or for what a load would
// cross, such as "an erasure", until it says that it is done. Where a load runs, or somebody
// has the turn, that is refused.
func (l *loader) hold(x *index, holder string) (done func(), err error) {
	lane := l.lane(x)
	lane.mu.Lock()
	defer lane.mu.Unlock()
	switch other := lane.holder; {
	case lane.job.running(), other == anotherLoad:
		return nil, vector.ErrLoadRunning.Errorf("a load of the index %s runs, which %s would cross; wait for its end, or cancel it by DELETE /vectors/index/%[1]s/load", x.name, holder)
	case other != "":
		return nil, vector.ErrIndexLoading.Errorf("%s of the index %s runs, which %s would cross; ask again when that has ended", other, x.name, holder).After(time.Second)
	}
	lane.holder = holder
	return lane.pass, nil
}

// pass lets go of the turn.
func (l *lane) pass() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holder = ""
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
		if one.last().running() {
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

// end says that nothing of it is under way any more.
func (j *job) end() {
	j.cancel()
	close(j.done)
}

// running tells whether there is one, and it has not ended.
func (j *job) running() bool { return j != nil && j.look().State == vector.LoadRunning }

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
