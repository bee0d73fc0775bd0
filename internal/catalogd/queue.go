package catalogd

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// maxBatch bounds how many appends become one version.
const maxBatch = 256

// request is a registration whose objects are in place, waiting to be
// committed. Whoever commits it fills the answer and closes done.
type request struct {
	*registration
	ctx     context.Context
	wanted  []catalog.Column
	made    target // the schema that the files were made for
	files   []dataFile
	claimed string // the dataset id that they lie under

	done    chan struct{}
	answer  catalog.Registered
	created bool
	err     error
}

func (r *request) finish(answer catalog.Registered, created bool, err error) {
	r.answer, r.created, r.err = answer, created, err
	close(r.done)
}

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
	ds.mu.Unlock()
	for {
		select {
		case <-r.done:
			return
		case ds.token <- struct{}{}:
		}
		if !r.finished() { // whoever had the token may have answered
			e.commit(ds, ds.take())
		}
		<-ds.token
	}
}

// take gives the requests to commit next: all appends at the front of the
// queue, or the one request there that is none.
func (ds *dataset) take() []*request {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	n := 0
	for n < len(ds.queue) && n < maxBatch && ds.queue[n].Mode == catalog.Append {
		n++
	}
	if n == 0 {
		n = min(1, len(ds.queue))
	}
	batch := ds.queue[:n:n]
	ds.queue = ds.queue[n:]
	return batch
}
