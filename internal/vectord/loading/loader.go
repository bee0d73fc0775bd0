package loading

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Loader fills indexes from statements, one load at a time for each. What a load is to do
// lies beside the index, so that a restart goes on with it: the statement is run again
// over the same versions, and rows that the index holds already cost no more than a look.
// A load is inside of its index like any request, and ends when that has lost its name.
type Loader struct {
	config Config
	loads  loads

	ctx  context.Context // ends with the loader
	stop context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// Config is what a loader works with.
type Config struct {
	Storage *storage.Client
	Query   *query.Client
	Texts   *texts.Embedder
	Log     *slog.Logger
	Admit   func(items []engine.Item, dimension int) error // refuses what memory has no room for
	Changed func(added, updated, deleted int)              // is told what was changed

	RetryAfter time.Duration // a load that storaged or queryd failed is tried again, the first time
	KeepWithin time.Duration // a load is kept, or not begun
}

// New gives a loader that ends with the context, if it is not closed before.
func New(ctx context.Context, c Config) *Loader {
	l := &Loader{config: c, loads: loads{c.Storage}}
	l.ctx, l.stop = context.WithCancel(ctx)
	return l
}

// Close ends all loads, which go on when the daemon runs again, and begins none any more.
func (l *Loader) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.stop()
	l.running.Wait()
}

// Start begins a load. It is kept before it is answered.
func (l *Loader) Start(ctx context.Context, x *Target, want vector.NewLoad) (vector.Load, error) {
	open, leave, err := x.EnterToChange() // what was running before the start is known then
	if err != nil {
		return vector.Load{}, err
	}
	f := &filling{index: x, open: open, leave: leave}
	load, err := l.begin(ctx, f, want)
	if f.job == nil {
		leave()
	}
	return load, err
}

// begin is Start inside of the index. After an error nothing is loaded. Where storaged does not
// say whether the load is kept, it is a load that was cancelled: a restart would do it again,
// and so no other begins until its end is kept.
func (l *Loader) begin(ctx context.Context, f *filling, want vector.NewLoad) (vector.Load, error) {
	begun, err := f.index.Hold(anotherLoad)
	if err != nil {
		return vector.Load{}, err
	}
	defer begun()
	if f.before, err = l.last(ctx, f.index); err != nil && !errors.Is(err, vector.ErrLoadNotFound) {
		return vector.Load{}, err
	}
	load := record{Load: vector.Load{NewLoad: want, State: vector.LoadRunning, StartedAt: time.Now().UTC().Truncate(time.Millisecond)},
		TextColumns: f.before.TextColumns.begin(textColumn(want), f.open.Engine().Len(), f.open.Stats().Sequence != f.before.Sequence)}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.config.KeepWithin) // whoever asked may leave
	defer cancel()
	err = certain.Do(within, func(ctx context.Context) error { return l.loads.keep(ctx, f.index, load) })
	_, unknown := errors.AsType[*certain.UnknownError](err)
	if err != nil && !unknown {
		return vector.Load{}, err
	}
	f.job = l.newJob(f.index, load)
	if unknown {
		f.job.cancel()
		err = notBegun(f.index.Name, err)
	}
	f.index.set(f.job)
	l.run(f)
	return load.Load, err
}

// notBegun tells of a load of which storaged did not say whether it is kept.
func notBegun(name string, err error) error {
	return wire.ErrUnavailable.Errorf("storaged did not say whether the load of the index %s is kept, so it was not begun, and is cancelled as soon as storaged answers: load again when GET /vectors/index/%[1]s/load shows that", name).
		With("service", "storaged").After(time.Second).Because(err)
}

// filling is a load at work, inside of its index.
type filling struct {
	index  *Target
	open   *durable.Index
	leave  func()
	before record // the one before it, if that is known
	job    *job
	tally  *tally // since its first try
}

// run does a load in the background, until it ends, is cancelled, or its index has lost
// its name, and leaves that then. Where the daemon ends before, it goes on after the restart.
func (l *Loader) run(f *filling) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		f.job.end()
		f.leave()
		return
	}
	l.running.Go(func() {
		defer f.leave()
		defer f.job.end()
		err := l.try(f.job.ctx, f)
		if l.ctx.Err() == nil {
			l.end(f, err)
		}
	})
}

// end writes how a load ended, and tells it then: a load that was told as ended is not
// begun again by a restart. Of an index that is gone nothing is written any more.
func (l *Loader) end(f *filling, err error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	load := f.job.look()
	load.EndedAt, load.State, load.Retry = &now, vector.LoadSucceeded, nil
	switch {
	case errors.Is(err, context.Canceled):
		load.State = vector.LoadCancelled
	case err != nil:
		load.State, load.Problem = vector.LoadFailed, wire.AsProblem(problems.Of(err))
	}
	if !f.index.isGone() {
		l.keepEnd(f, load)
	}
	f.job.change(func(told *record) { *told = load })
}

// keepEnd writes how a load ended, also where the disk has come to its reserve, and as soon as
// storaged takes it. Where that is refused for good it removes what is kept of the load, for
// which no room is needed: better that nothing is known of it than that a restart does it again.
func (l *Loader) keepEnd(f *filling, load record) {
	err := l.insist(storage.IntoReserve(l.ctx), f.index, func(ctx context.Context) error { return l.loads.keep(ctx, f.index, load) })
	if err == nil || f.index.isGone() {
		return
	}
	l.config.Log.Warn("how a load ended is not kept, and not known after a restart", "index", f.index.Name, "state", load.State, "error", err)
	err = l.insist(l.ctx, f.index, func(ctx context.Context) error { return l.loads.forget(ctx, f.index) })
	if err != nil && !f.index.isGone() {
		l.config.Log.Error("a load that has ended is kept as running; a restart does it again", "index", f.index.Name, "error", err)
	}
}

// insist makes a call of storaged until it is made, or fails with what does not pass. It ends
// when its index is gone, which waits for it.
func (l *Loader) insist(ctx context.Context, x *Target, call func(context.Context) error) error {
	ctx, cancel := x.within(ctx)
	defer cancel()
	return certain.Do(ctx, func(ctx context.Context) error {
		err := call(ctx)
		if err != nil && durable.Passes(err) {
			l.config.Log.Warn("a load waits for storaged", "index", x.Name, "error", err)
			return &certain.UnknownError{Err: err}
		}
		return err
	})
}

// last gives what the last load of an index was: in memory, or else in storage.
func (l *Loader) last(ctx context.Context, x *Target) (record, error) {
	if j := x.last(); j != nil {
		return j.look(), nil
	}
	return l.loads.last(ctx, x)
}

// Current gives the load of an index that runs, or the last one.
func (l *Loader) Current(ctx context.Context, x *Target) (vector.Load, error) {
	last, err := l.last(ctx, x)
	return last.Load, err
}

// Cancel ends a load, if one runs, and waits for its end.
func (l *Loader) Cancel(ctx context.Context, x *Target) (vector.Load, error) {
	_, leave, err := x.Enter()
	if err != nil { // one that is to go on is not known yet
		return vector.Load{}, err
	}
	leave()
	j := x.last()
	if !j.running() {
		return vector.Load{}, vector.ErrLoadNotFound.Errorf("no load of the index %s runs", x.Name)
	}
	j.cancel()
	select {
	case <-j.done:
	case <-ctx.Done():
	}
	return j.look().Load, nil
}
