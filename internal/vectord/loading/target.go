package loading

import (
	"context"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
)

// Target is an index as its loads see it, of which one runs at a time.
type Target struct {
	Name, ID  string
	Persisted bool            // else nothing of its loads is kept
	Maker     texts.Maker     // of the vectors of texts
	Fields    []string        // of metadata that are searched by words
	Gone      <-chan struct{} // closed when the index has lost its name, or the daemon ends
	// Enter gives the index to whoever leaves it then, or says why it cannot be had;
	// EnterToChange does so for what changes it, or begins to.
	Enter, EnterToChange func() (open *durable.Index, leave func(), err error)

	mu     sync.Mutex
	job    *job     // the last since the daemon runs, if there was one
	fields []string // of which loads before made vectors, once that was read
	holder string   // who has the turn; "": nobody
}

// anotherLoad has the turn while it begins.
const anotherLoad = "another load"

// Hold takes the turn of an index's loads, for one that begins or for what a load would
// cross, such as "an erasure", until it says that it is done. Where a load runs, or somebody
// has the turn, that is refused.
func (x *Target) Hold(holder string) (done func(), err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch other := x.holder; {
	case x.job.running(), other == anotherLoad:
		return nil, vector.ErrLoadRunning.Errorf("a load of the index %s runs, which %s would cross; wait for its end, or cancel it by DELETE /vectors/index/%[1]s/load", x.Name, holder)
	case other != "":
		return nil, vector.ErrIndexLoading.Errorf("%s of the index %s runs, which %s would cross; ask again when that has ended", other, x.Name, holder).After(time.Second)
	}
	x.holder = holder
	return x.pass, nil
}

// pass lets go of the turn.
func (x *Target) pass() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.holder = ""
}

// Running tells whether a load runs.
func (x *Target) Running() bool { return x.last().running() }

// last gives the last load since the daemon runs, if there was one.
func (x *Target) last() *job {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.job
}

func (x *Target) set(j *job) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.job, x.fields = j, nil
}

// textFields gives what was read of them, nil where nothing was, or a load has run since.
func (x *Target) textFields() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.job != nil {
		return nil
	}
	return x.fields
}

func (x *Target) setTextFields(fields []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fields = fields
}

// within is a context that ends, too, when the index has lost its name, or the daemon ends.
func (x *Target) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-x.Gone:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// isGone tells whether the index has lost its name, or the daemon ends.
func (x *Target) isGone() bool {
	select {
	case <-x.Gone:
		return true
	default:
		return false
	}
}

// job is a load that runs, or ran.
type job struct {
	ctx    context.Context // ends with it, with its index or with the loader
	cancel context.CancelFunc
	done   chan struct{} // closed when it has ended, or the loader has

	mu   sync.Mutex
	load record
}

func (l *Loader) newJob(x *Target, load record) *job {
	j := &job{done: make(chan struct{}), load: load}
	j.ctx, j.cancel = x.within(l.ctx)
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
