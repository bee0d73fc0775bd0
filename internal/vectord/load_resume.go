package vectord

import (
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
)

// resume finds out, before an index serves, whether a load is to go on that the end of the
// daemon broke off: from the moment that it serves on, that one is running. What it gives is
// called when the index serves, or will not.
func (l *loader) resume(x *index) (serves func()) {
	var load record
	err := certain.Do(l.ctx, func(ctx context.Context) (err error) {
		load, err = l.loads.last(ctx, x)
		return err
	})
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), l.ctx.Err() != nil:
		return func() {}
	case err != nil:
		l.log.Warn("whether a load is to go on is not known", "index", x.name, "error", err)
		return func() {}
	case load.State == vector.LoadLost:
		l.log.Error("what the last load was is lost", "index", x.name, "error", load.Problem)
		return func() {}
	case load.State != vector.LoadRunning:
		return func() {}
	}
	f := &filling{index: x, job: l.newJob(load)}
	l.lane(x).set(f.job)
	return func() { l.goOn(f) }
}

// goOn goes on with a load, unless its index was dropped since.
func (l *loader) goOn(f *filling) {
	var err error
	if f.open, f.leave, err = f.enter(); err != nil {
		l.lane(f.index).set(nil)
		f.job.end()
		return
	}
	l.run(f)
}

// holdToReplace is hold for what takes the place of the index. Whether a load of one that is
// still being read is to go on is not known.
func (l *loader) holdToReplace(x *index) (done func(), err error) {
	if state, how := x.state(); state == vector.Loading {
		return nil, vector.ErrIndexLoading.Errorf("the index %s %s; restore in its place then, or under another name now", x.name, how).After(time.Second)
	}
	return l.hold(x, "a restoration in its place")
}

// forget removes what the last load was: its statement may hold what is to be erased. One
// that runs would bring it back. None begins until whoever erases says that it is done.
func (l *loader) forget(ctx context.Context, x *index) (done func(), err error) {
	done, err = l.hold(x, "an erasure")
	if err != nil {
		return nil, err
	}
	l.lane(x).set(nil)
	if err := l.loads.forget(ctx, x); err != nil {
		done()
		return nil, err
	}
	return done, nil
}
