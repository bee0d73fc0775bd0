package loading

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// longestPause is the longest before a load is tried again.
const longestPause = time.Minute

// try does a load, again and again until it succeeds or cannot. Between two tries it says
// why the last one failed, and when the next begins. One that changed something begins the
// pauses anew. When it returns no change of the load is under way.
func (l *Loader) try(ctx context.Context, f *filling) error {
	defer l.untilResolved(f)
	return l.tries(ctx, f)
}

// untilResolved waits until it is known what became of a load's last change, and so counted,
// unless the index or the daemon ends before.
func (l *Loader) untilResolved(f *filling) {
	for failed := 1; f.tally != nil; failed++ {
		err := f.tally.resolve(l.ctx, f.open)
		if err == nil || !transient(err) {
			return
		}
		select {
		case <-time.After(certain.Pause(failed)):
		case <-f.index.Gone:
			return
		case <-l.ctx.Done():
			return
		}
	}
}

func (l *Loader) tries(ctx context.Context, f *filling) error {
	for failed := 1; ; failed++ {
		before := f.job.look().changes()
		err := l.fill(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !transient(err) {
			return err
		}
		if f.job.look().changes() > before {
			failed = 1
		}
		wait := certain.PauseWithin(l.config.RetryAfter, longestPause, failed)
		l.config.Log.Warn("a load waits and goes on", "index", f.index.Name, "failed_tries", failed, "next_in", wait, "error", err)
		next := time.Now().Add(wait).UTC().Truncate(time.Millisecond)
		retry := vector.LoadRetry{Failed: failed, Problem: wire.AsProblem(problems.Of(err)), NextAt: &next}
		f.job.change(func(load *record) { load.Retry = &retry })
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		f.job.change(func(load *record) { load.Retry = &vector.LoadRetry{Failed: retry.Failed, Problem: retry.Problem} })
	}
}

// changes counts what a load has made of its index.
func (r record) changes() int64 { return r.Added + r.Updated + r.Deleted }

// transient tells an error that is over some time. An internal error may be the statement's,
// which would meet it each time.
func transient(err error) bool {
	p := wire.AsProblem(err)
	_, away := errors.AsType[*texts.AwayError](err)
	return durable.Passes(err) && !p.Is(wire.ErrInternal) || p.Is(query.ErrTooMany) || away || p.Is(query.ErrWorkerLost)
}

// cutError says that the rows broke off: the connection did, or the statement failed when
// some of them were sent.
type cutError struct{ error }

func (e *cutError) Unwrap() error { return e.error }

// whyCut finds out why rows broke off. An answer that has begun cannot say it any more, so
// the statement is run once more for a single row that is made of all its values.
func (l *Loader) whyCut(ctx context.Context, load record, cut error) error {
	var broken *cutError
	if !errors.As(cut, &broken) {
		return cut
	}
	whole := "SELECT bit_xor(hash(each_row)) AS every_value FROM (\n" + strings.TrimRight(load.SQL, "; \t\r\n") + "\n) AS each_row"
	if _, err := l.config.Query.Reads(ctx, query.ReadsRequest{SQL: whole}); err != nil {
		return cut // it does not go into another one
	}
	err := longest(query.Request{SQL: whole, AsOf: asOf(load.Pinned)}, func(req query.Request) error {
		_, err := l.config.Query.Run(ctx, req)
		return err
	})
	return cmp.Or(err, cut)
}
