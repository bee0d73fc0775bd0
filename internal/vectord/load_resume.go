package vectord

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// resume goes on with a load that the end of the daemon broke off. What that was is read
// within its turn: an erasure that comes meanwhile is refused, and one that came before has
// removed it.
func (l *loader) resume(x *index) {
	lane := l.lane(x)
	if !lane.wait(l.ctx) {
		return
	}
	defer lane.pass()
	defer lane.settle()
	var load record
	err := certain(l.ctx, func(ctx context.Context) (err error) {
		load, err = l.loads.last(ctx, x)
		return err
	})
	switch {
	case errors.Is(err, vector.ErrLoadNotFound), l.ctx.Err() != nil, lane.last() != nil:
		return
	case err != nil:
		l.log.Warn("whether a load is to go on is not known", "index", x.name, "error", err)
		return
	case load.State != vector.LoadRunning:
		return
	}
	open, leave, err := x.enter()
	if err != nil { // it was dropped since
		return
	}
	if l.run(lane, &filling{index: x, open: open, leave: leave}, load) != nil { // the daemon ends
		leave()
	}
}

// coming tells that a load which the last end of the daemon broke off is about to go on.
func (l *loader) coming(ctx context.Context, x *index, lane *lane) bool {
	if lane.isSettled() || lane.last() != nil {
		return false
	}
	before, err := l.loads.last(ctx, x)
	return err == nil && before.State == vector.LoadRunning
}

// forget removes what the last load was: its statement may hold what is to be erased. One
// that runs would bring it back. None begins until whoever erases says that it is done.
func (l *loader) forget(ctx context.Context, x *index) (done func(), err error) {
	runs := vector.ErrLoadRunning.Errorf("a load of the index %s runs and may bring back what is to be erased; wait for its end, or cancel it by DELETE /vectors/index/%s/load", x.name, x.name)
	lane := l.lane(x)
	if taken, _ := lane.take(true); !taken {
		return nil, runs
	}
	if lane.running() != nil || l.coming(ctx, x, lane) {
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
