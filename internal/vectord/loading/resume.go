package loading

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
)

// Resume finds out, before an index serves, whether a load is to go on that the end of the
// daemon broke off: from the moment that it serves on, that one is running. What it gives is
// called when the index serves, or will not.
func (l *Loader) Resume(x *Target) (serves func()) {
	var load record
	err := certain.Do(l.ctx, func(ctx context.Context) (err error) {
		load, err = l.loads.last(ctx, x)
		return err
	})
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), l.ctx.Err() != nil:
		return func() {}
	case err != nil:
		l.config.Log.Warn("whether a load is to go on is not known", "index", x.Name, "error", err)
		return func() {}
	case load.State == vector.LoadLost:
		l.config.Log.Error("what the last load was is lost", "index", x.Name, "error", load.Problem)
		return func() {}
	case load.State != vector.LoadRunning:
		return func() {}
	}
	f := &filling{index: x, job: l.newJob(load)}
	x.set(f.job)
	return func() { l.goOn(f) }
}

// goOn goes on with a load, unless its index was dropped since.
func (l *Loader) goOn(f *filling) {
	var err error
	if f.open, f.leave, err = f.index.Enter(); err != nil {
		f.index.set(nil)
		f.job.end()
		return
	}
	l.run(f)
}

// Forget removes what the last load was: its statement may hold what is to be erased. One
// that runs would bring it back. None begins until whoever erases says that it is done.
func (l *Loader) Forget(ctx context.Context, x *Target) (done func(), err error) {
	done, err = x.Hold("an erasure")
	if err != nil {
		return nil, err
	}
	x.set(nil)
	if err := l.loads.forget(ctx, x); err != nil {
		done()
		return nil, err
	}
	return done, nil
}
