package durable

import (
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// mostPauses is how much longer than the first the pauses of upkeep that goes on failing become.
const mostPauses = 30

// upkeep writes generations, merges small objects and removes litter when that is due,
// until the index ends.
func (x *Index) upkeep() {
	for {
		quiet := false
		select {
		case <-x.background.Done():
			return
		case <-x.wake:
		case <-time.After(x.options.Limits.Quiet):
			quiet = true
		}
		for pause := x.options.Limits.Pause; x.tend(quiet) != nil; pause = min(2*pause, mostPauses*x.options.Limits.Pause) {
			select {
			case <-x.background.Done():
				return
			case <-time.After(pause):
			}
		}
	}
}

// tend does what is due.
func (x *Index) tend(quiet bool) error {
	ctx, leave, err := x.enter(x.background)
	if err != nil {
		return nil // it has ended
	}
	defer leave()
	due := x.due(quiet)
	if !due && len(x.mergeable()) == 0 && !x.ledger.littered() {
		return nil
	}
	if err := x.alone(ctx); err != nil {
		if x.refused() != nil {
			return nil // what is there is another one's to keep
		}
		return err
	}
	if err := x.sweep(ctx); err != nil { // it makes room
		return err
	}
	if due {
		if _, err := x.generation(ctx, false); err != nil {
			return err
		}
	}
	for {
		run := x.mergeable()
		if len(run) == 0 {
			break
		}
		err := patiently(ctx, x.options.Limits.partPatience(), func(ctx context.Context) error { return x.merge(ctx, run) })
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				x.options.Log.Warn("log objects could not be merged", "error", err)
			}
			return err
		}
	}
	return x.sweep(ctx)
}

// alone looks for changes of somebody else, before objects are written or removed that
// may be theirs by now. After its error, changes are refused if it is that.
func (x *Index) alone(ctx context.Context) error {
	_, err := x.submit(&request{ctx: ctx, resolve: func() (change, error) {
		key := logKey(x.options.ID, x.sequence.Load()+1) // in its turn, nothing is under way
		err := patiently(ctx, x.options.Limits.Patience, func(ctx context.Context) error {
			_, err := x.options.Storage.Head(ctx, key)
			return err
		})
		switch {
		case err == nil:
			err = x.refuse(&OvertakenError{x.options.ID, key})
		case errors.Is(err, storage.ErrObjectNotFound):
			err = nil
		}
		return change{}, err
	}})
	return err
}

// due tells whether the log has grown so much that a generation should be written, or
// something is damaged. While nothing changes less of a log is enough, so that a start
// need not link its items once more; so these have to be linked by now.
func (x *Index) due(quiet bool) bool {
	x.state.Lock()
	heal := x.heal
	x.state.Unlock()
	g, ok := x.ledger.newest()
	_, bytes := x.ledger.since(g.Sequence)
	if ok && g.Sequence == x.sequence.Load() {
		return false
	}
	if quiet && x.engine.Stats().Waiting == 0 {
		return heal || bytes > max(x.options.Limits.GenerationBytes, g.Bytes)/16
	}
	return heal || bytes > max(x.options.Limits.GenerationBytes, g.Bytes/2)
}

// generation writes a generation, and notes what came of it. With clearing, what is older is
// about to go: then it is read again, and may be written to what the disk has in reserve.
func (x *Index) generation(ctx context.Context, clearing bool) (whole, error) {
	g := whole{}
	err := x.remember(ctx)
	if err == nil {
		err = x.clear(ctx)
	}
	if err == nil && !clearing { // else it was asked before
		err = x.roomToWrite(ctx)
	}
	if err == nil {
		err = x.renumber(ctx, clearing)
	}
	if err == nil {
		g, err = x.save(ctx, clearing, func(sequence uint64) string { return generationKey(x.options.ID, sequence) })
	}
	if err == nil && clearing {
		err = g.check(ctx, x.options.Storage)
		g.doubt = err != nil
	}
	x.state.Lock()
	defer x.state.Unlock()
	if x.generationErr = err; err != nil {
		if g.doubt {
			x.stale = append(append(x.stale, g.key), g.parts...)
		}
		if !errors.Is(err, context.Canceled) {
			x.options.Log.Warn("the index could not be written", "error", err)
		}
		return g, err
	}
	x.heal = false
	x.ledger.add(g)
	return g, nil
}

// renumber sees to it that the sequence is not the one that there was before changes were
// lost: whoever kept that is not to take the index for what it was.
func (x *Index) renumber(ctx context.Context, clearing bool) error {
	x.state.Lock()
	unsettled := x.unsettled
	x.state.Unlock()
	if !unsettled {
		return nil
	}
	if _, err := x.submit(&request{ctx: ctx, change: change{mark: true}, clearing: clearing}); err != nil {
		return err
	}
	x.state.Lock()
	defer x.state.Unlock()
	x.unsettled = false
	return nil
}

// clear removes what could stand in the way of a generation: the head first, so that
// none is whole whose parts have gone.
func (x *Index) clear(ctx context.Context) error {
	for len(x.stale) > 0 {
		if err := x.remove(ctx, x.stale[0]); err != nil {
			return err
		}
		x.stale = x.stale[1:]
	}
	return nil
}

const sweepAtOnce = 256

// sweep removes litter.
func (x *Index) sweep(ctx context.Context) error {
	for {
		keys := x.ledger.sweep(sweepAtOnce)
		if len(keys) == 0 {
			return nil
		}
		for i, key := range keys {
			if err := x.remove(ctx, key); err != nil {
				x.ledger.scatter(keys[i:]...)
				return err
			}
		}
	}
}

func (x *Index) remove(ctx context.Context, key string) error {
	return patiently(ctx, x.options.Limits.Patience, func(ctx context.Context) error { return x.options.Storage.Delete(ctx, key) })
}
