package catalogd

import (
	"context"
	"fmt"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const (
	maxBatch    = 256                   // appends in one version
	maxPatience = 10 * time.Millisecond // for more of them to come
)

// request is a registration whose objects are in place, or an edit, waiting to be
// committed. Whoever commits it fills the answer and closes done.
type request struct {
	*registration
	edit    *edit // nil: a registration
	ctx     context.Context
	wanted  []catalog.Column
	made    target // the schema that the files were made for
	files   []dataFile
	claimed string // the dataset id that they lie under
	begins  bool   // the name was free

	done    chan struct{}
	answer  catalog.Registered
	created bool
	err     error
}

func (r *request) finish(answer catalog.Registered, created bool, err error) {
	r.answer, r.created, r.err = answer, created, err
	close(r.done)
}

// appends tells a request that may share a version with others like it.
func (r *request) appends() bool { return r.edit == nil && r.Mode == catalog.Append }

func (r *request) finished() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// submit queues a request at its dataset and returns when it is answered. One
// of those who wait commits for all; nobody else has to run for that. A request
// that was queued is answered also when its client has left.
func (e *engine) submit(ds *dataset, r *request) {
	ds.mu.Lock()
	ds.queue = append(ds.queue, r)
	if ds.full != nil && len(ds.queue) >= ds.expected {
		close(ds.full)
		ds.full = nil
	}
	ds.mu.Unlock()
	for {
		select {
		case <-r.done:
			return
		case ds.token <- struct{}{}:
		}
		if !r.finished() { // whoever had the token may have answered
			e.lead(ds)
		}
		<-ds.token
	}
}

// lead commits for all that wait, under the token. A panic on the way answers
// them before it goes on, and gives the token back, so that it costs one batch
// and not the dataset.
func (e *engine) lead(ds *dataset) {
	ds.gather()
	start := time.Now()
	batch := ds.take()
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		for _, r := range batch {
			if !r.finished() {
				r.finish(catalog.Registered{}, false, fmt.Errorf("panic in a commit: %v", fault))
			}
		}
		<-ds.token
		panic(fault)
	}()
	e.commit(ds, batch)
	ds.committed(len(batch), time.Since(start))
}

// gather waits a little for those who were answered by the last commit and are
// likely to come again: writers that load file after file would otherwise part
// into two groups, of which each waits for the other's commit.
func (ds *dataset) gather() {
	ds.mu.Lock()
	ds.full = nil
	missing := ds.expected - len(ds.queue)
	if missing > 0 {
		ds.full = make(chan struct{})
	}
	full, patience := ds.full, ds.patience
	ds.mu.Unlock()
	if missing <= 0 {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-full:
	case <-timer.C:
	}
}

// committed notes how many are at work on the dataset, and how long a commit
// takes.
func (ds *dataset) committed(batch int, elapsed time.Duration) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.expected = min(batch+len(ds.queue), maxBatch)
	ds.patience = min(elapsed/4, maxPatience)
}

// take gives the requests to commit next: all appends at the front of the
// queue, or the one request there that is none.
func (ds *dataset) take() []*request {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	n := 0
	for n < len(ds.queue) && n < maxBatch && ds.queue[n].appends() {
		n++
	}
	if n == 0 {
		n = min(1, len(ds.queue))
	}
	batch := ds.queue[:n:n]
	ds.queue = ds.queue[n:]
	return batch
}
