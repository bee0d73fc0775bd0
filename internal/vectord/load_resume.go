package vectord

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// resume finds out, before an index serves, whether a load is to go on that the end of the
// daemon broke off: from the moment that it serves on, that one is running. What it gives is
// called when the index serves, or will not.
func (l *loader) resume(x *index) (serves func()) {
	var load record
	err := certain(l.ctx, func(ctx context.Context) (err error) {
		load, err = l.loads.last(ctx, x)
		return err
	})
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), l.ctx.Err() != nil:
		return func() {}
	case err != nil:
		l.log.Warn("whether a load is to go on is not known", "index", x.name, "error", err)
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
		close(f.job.done)
		return
	}
	if l.run(f) != nil {
		f.leave()
	}
}

// forget removes what the last load was: its statement may hold what is to be erased. One
// that runs would bring it back. None begins until whoever erases says that it is done.
func (l *loader) forget(ctx context.Context, x *index) (done func(), err error) {
	runs := vector.ErrLoadRunning.Errorf("a load of the index %s runs and may bring back what is to be erased; wait for its end, or cancel it by DELETE /vectors/index/%s/load", x.name, x.name)
	lane := l.lane(x)
	if taken, _ := lane.take(true); !taken {
		return nil, runs
	}
	if lane.running() != nil {
		lane.pass()
		return nil, runs
	}
	lane.set(nil)
	if err := l.loads.forget(ctx, x); err != nil {
		lane.pass()
		return nil, err
	}
	return lane.pass, nil
}
