package vectord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// loader fills indexes from statements, one load at a time for each. What a load is to do
// lies beside the index, so that a restart goes on with it: the statement is run again
// over the same versions, and rows that the index holds already cost no more than a look.
type loader struct {
	registry *registry
	metrics  *metrics
	query    *query.Client
	patience time.Duration // before a load that storaged or queryd failed is tried again
}

// job is a load that runs.
type job struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	load vector.Load
}

func (j *job) look() vector.Load {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.load
}

func (j *job) change(f func(*vector.Load)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.load)
}

func loadKey(x *index) string { return indexFolder + x.pointer.ID + "/load.json" }

// last reads what the last load of an index was.
func (l *loader) last(ctx context.Context, x *index) (load vector.Load, err error) {
	missing := vector.ErrLoadNotFound.Errorf("nothing was loaded into the index %s yet; POST /vectors/index/%s/load does it", x.name, x.name)
	if !x.persisted() {
		return load, missing
	}
	// Most indexes have none, and a start asks for each: a listing is no error in any log.
	page, err := l.registry.storage.List(ctx, loadKey(x), "", "", 1)
	if err != nil {
		return load, err
	}
	if len(page.Objects) == 0 {
		return load, missing
	}
	body, _, err := l.registry.storage.Get(ctx, loadKey(x), storage.Range{})
	if err != nil {
		return load, err
	}
	defer body.Close()
	return load, wire.DecodeJSON(body, &load)
}

// keep writes what a load is, or was.
func (l *loader) keep(ctx context.Context, x *index, load vector.Load) error {
	if !x.persisted() {
		return nil
	}
	raw, err := json.Marshal(load)
	if err != nil {
		return err
	}
	_, _, err = l.registry.storage.Put(ctx, loadKey(x), bytes.NewReader(raw), int64(len(raw)), storage.Condition{})
	return err
}

// start begins a load. It is kept before it is answered.
func (l *loader) start(ctx context.Context, x *index, want vector.NewLoad) (vector.Load, error) {
	x.loading.Lock()
	defer x.loading.Unlock()
	if x.runsLoad() {
		return vector.Load{}, vector.ErrLoadRunning.Errorf("a load of the index %s runs already; wait for its end, or cancel it by DELETE /vectors/index/%s/load", x.name, x.name)
	}
	before, err := l.last(ctx, x)
	if err != nil && !errors.Is(err, vector.ErrLoadNotFound) {
		return vector.Load{}, err
	}
	load := vector.Load{NewLoad: want, State: vector.LoadRunning, StartedAt: time.Now().UTC().Truncate(time.Millisecond)}
	if err := l.keep(ctx, x, load); err != nil {
		return vector.Load{}, err
	}
	l.run(x, load, before)
	return load, nil
}

// resume goes on with a load that the end of the daemon broke off.
func (l *loader) resume(x *index) {
	ctx := l.registry.ctx
	var load vector.Load
	err := certain(ctx, func(ctx context.Context) (err error) {
		load, err = l.last(ctx, x)
		return err
	})
	x.loading.Lock()
	defer x.loading.Unlock()
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), ctx.Err() != nil, x.current() != nil:
	case err != nil:
		l.registry.log.Warn("whether a load is to go on is not known", "index", x.name, "error", err)
	case load.State == vector.LoadRunning:
		l.run(x, load, vector.Load{})
	}
}

// run does a load in the background, until it ends or is cancelled.
func (l *loader) run(x *index, load, before vector.Load) {
	ctx, cancel := context.WithCancel(l.registry.ctx)
	j := &job{cancel: cancel, done: make(chan struct{}), load: load}
	x.setJob(j)
	l.registry.background.Go(func() {
		defer close(j.done)
		defer cancel()
		err := l.try(ctx, x, j, before)
		if l.registry.ctx.Err() != nil { // it goes on after the restart
			return
		}
		l.end(x, j, err)
	})
}

// end writes how a load ended, and tells it then: a load that was told as ended is not
// begun again by a restart.
func (l *loader) end(x *index, j *job, err error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	load := j.look()
	load.EndedAt, load.State = &now, vector.LoadSucceeded
	switch {
	case errors.Is(err, context.Canceled):
		load.State = vector.LoadCancelled
	case err != nil:
		load.State, load.Problem = vector.LoadFailed, wire.AsProblem(problemOf(err))
	}
	if err := certain(l.registry.ctx, func(ctx context.Context) error { return l.keep(ctx, x, load) }); err != nil {
		l.registry.log.Warn("the end of a load is not kept; a restart does it again", "index", x.name, "error", err)
	}
	j.change(func(told *vector.Load) { *told = load })
}

// try does a load, again and again until it succeeds or cannot.
func (l *loader) try(ctx context.Context, x *index, j *job, before vector.Load) error {
	for {
		open, leave, err := x.enter()
		if err == nil {
			err = l.fill(ctx, x, open, j, before)
			leave()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !transient(err) {
			return err
		}
		l.registry.log.Warn("a load waits and goes on", "index", x.name, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(l.patience):
		}
	}
}

// transient tells an error that is over some time.
func transient(err error) bool {
	p := wire.AsProblem(err)
	return p.Is(wire.ErrUnavailable) || p.Is(wire.ErrNotReady) || p.Is(query.ErrTooMany) || p.Is(query.ErrWorkerLost) || p.Is(wire.ErrPeerTimeout)
}

// forget removes what the last load was: its statement may hold what is to be erased. One
// that runs would bring it back.
func (l *loader) forget(ctx context.Context, x *index) error {
	x.loading.Lock()
	defer x.loading.Unlock()
	if x.runsLoad() {
		return vector.ErrLoadRunning.Errorf("a load of the index %s runs and may bring back what is to be erased; wait for its end, or cancel it by DELETE /vectors/index/%s/load", x.name, x.name)
	}
	x.setJob(nil)
	if !x.persisted() {
		return nil
	}
	return l.registry.storage.Delete(ctx, loadKey(x))
}

// runsLoad tells whether a load of the index runs.
func (x *index) runsLoad() bool {
	j := x.current()
	return j != nil && j.look().State == vector.LoadRunning
}

// current gives the last load since the daemon runs, if there was one.
func (x *index) current() *job {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.job
}

func (x *index) setJob(j *job) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.job = j
}

// loadsRunning counts the loads that run.
func (r *registry) loadsRunning() (running int) {
	for _, x := range r.list() {
		if x.runsLoad() {
			running++
		}
	}
	return running
}

// cancelLoad ends a load, if one runs, and waits for its end.
func (x *index) cancelLoad(ctx context.Context) (vector.Load, bool) {
	j := x.current()
	if j == nil || j.look().State != vector.LoadRunning {
		return vector.Load{}, false
	}
	j.cancel()
	select {
	case <-j.done:
	case <-ctx.Done():
	}
	return j.look(), true
}
