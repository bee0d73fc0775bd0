package vectord

import (
	"context"
	"errors"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// step is what makes a change of names: in storage one name is written, or removed, and then
// memory follows.
type step struct {
	names []string // it concerns; none of them is changed otherwise before it is known what came of it
	made  *index   // is to have the name, and is not among the others yet
	write func(context.Context) error
	// known is called in the turn of the change: with nil when the name was written, with the
	// reason when it was not. What it gives is the answer.
	known func(context.Context, error) error
}

// settle makes a step, to its end also when the context is done before storaged has said
// whether the name was written: then it goes on by itself, and other names can be changed.
// Until that is known nothing of what had the name, or is to have it, is removed. Where the
// daemon ends before nobody is told: a start finds out.
func (r *registry) settle(ctx context.Context, s *step) error {
	r.mu.Lock()
	r.unsettled[s] = true
	r.mu.Unlock()
	written := make(chan error, 1)
	r.background.Go(func() { written <- s.write(r.ctx) })
	select {
	case err := <-written:
		return r.settled(ctx, s, err)
	case <-ctx.Done():
	}
	r.background.Go(func() {
		err := <-written
		r.changes <- struct{}{}
		defer func() { <-r.changes }()
		ctx, cancel := context.WithTimeout(r.ctx, r.patience)
		defer cancel()
		if err := r.settled(ctx, s, err); err != nil {
			r.log.Warn("a change of names that nobody waits for any more was not made, as far as is known", "names", s.names, "error", err)
		}
	})
	return goesOn(s.names[0], ctx.Err())
}

// settled ends a step when it is known what came of it, and says so.
func (r *registry) settled(ctx context.Context, s *step, err error) error {
	var unknown *certain.UnknownError
	if errors.As(err, &unknown) {
		return goesOn(s.names[0], err)
	}
	r.mu.Lock()
	delete(r.unsettled, s)
	r.mu.Unlock()
	return s.known(ctx, err)
}

// unsettledChange is the answer where a change of a name is still to be settled.
func (r *registry) unsettledChange(name string) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for s := range r.unsettled {
		if slices.Contains(s.names, name) {
			return goesOn(name, errNotBegun)
		}
	}
	return nil
}

// goesOn tells of a change that may have been made.
func goesOn(name string, cause error) error {
	return wire.ErrUnavailable.Errorf("storaged has not said yet what became of a change of the name %s; it goes on by itself, whole, as soon as storaged answers: the same request again finds out", name).
		With("service", "storaged").After(time.Second).Because(cause)
}

// notMade tells why a change of a name was not made, of which nothing has happened then.
func notMade(name string, err error) error {
	switch {
	case errors.Is(err, storage.ErrPreconditionFailed):
		return vector.ErrIndexTaken.Errorf("another daemon has changed the name %s: two vectord must not share a bucket; stop one of them and restart the other", name).Because(err)
	case errors.Is(err, wire.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return wire.ErrUnavailable.Errorf("storaged does not answer, so nothing was changed, and the name %s leads where it led; send the request again when storaged does, which /health tells", name).
			With("service", "storaged").After(time.Second).Because(err)
	}
	return err
}
