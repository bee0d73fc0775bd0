package loading

import (
	"cmp"
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// mostReads is how often a start reads what is kept of a load, each time in vain.
const mostReads = 5

// Resume finds out, before an index serves, whether a load is to go on that the end of the
// daemon broke off: from the moment that it serves on, that one is running. What cannot be
// read is told as lost. What it gives is called when the index serves, or will not.
func (l *Loader) Resume(x *Target) (serves func()) {
	load, err := l.kept(x)
	x.setTextFields(load.textFields())
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), l.ctx.Err() != nil, x.isGone():
		return func() {}
	case err != nil:
		load = lost(x, err.Error())
	}
	switch load.State {
	case vector.LoadRunning:
		f := &filling{index: x, job: l.newJob(x, load)}
		x.set(f.job)
		return func() { l.goOn(f) }
	case vector.LoadLost:
		l.config.Log.Error("what the last load was is lost", "index", x.Name, "error", load.Problem)
		j := l.newJob(x, load)
		j.end()
		x.set(j)
	}
	return func() {}
}

// kept reads what is kept of the last load of an index, as soon as storaged is there. Where
// that says that it is, but not what it is, it gives up: the index is to serve.
func (l *Loader) kept(x *Target) (load record, err error) {
	reads := 0
	var unread error
	err = l.insist(l.ctx, x, func(ctx context.Context) error {
		if err := l.loads.any(ctx, x); err != nil {
			return err
		}
		load, unread = l.loads.read(ctx, x)
		if reads++; reads == mostReads {
			return nil
		}
		return unread
	})
	return load, cmp.Or(err, unread)
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
