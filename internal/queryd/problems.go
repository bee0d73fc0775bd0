package queryd

import (
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// problemOf turns what ended a statement into what its client is told. What ended
// its context comes first, whatever error it surfaced as.
func problemOf(ctx context.Context, q *job, err error) error {
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(cause, errDisplaced):
		return fmt.Errorf("%w while its statement held a turn, which another got: read while it comes, or raise [queryd] stall_timeout_crowded or max_concurrent", cause)
	case errors.Is(cause, errStalled):
		return fmt.Errorf("%w while its statement held a turn, which was taken from it: read faster, or raise [queryd] stall_timeout", cause)
	case errors.Is(cause, errCancelled):
		return query.ErrCancelled.Errorf("the query was cancelled by request").Because(err)
	case errors.Is(cause, context.DeadlineExceeded) && !errors.Is(err, query.ErrTooMany):
		ms := q.timeout.Milliseconds()
		return query.ErrTimeout.Errorf("the statement did not finish within %d ms: make it cheaper, or allow it more with timeout_ms", ms).
			With("timeout_ms", ms).Because(err)
	}
	if errors.Is(err, errLost) {
		return query.ErrDamaged.Errorf("a data file of one of the statement's tables is missing or damaged: the log names it under this request id; restore the file from a backup, or replace the dataset").Because(err)
	}
	var e *duck.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Cause != "" {
		return engineProblem(e).Because(errors.New(e.Cause))
	}
	return engineProblem(e)
}

func engineProblem(e *duck.Error) *wire.Problem {
	switch {
	case errors.Is(e, duck.ErrInvalid):
		return invalid(e.Detail, e.Position)
	case errors.Is(e, duck.ErrNotAllowed):
		return at(query.ErrNotAllowed.Errorf("%s", e.Detail), e.Position)
	case errors.Is(e, duck.ErrView):
		return query.ErrViewBroken.Errorf("the view %s does not fit what it reads: %s. Bring back what it was made for, or give it another statement (POST /catalog/views with mode=replace)", e.View, e.Detail).
			With("view", e.View).With("message", e.Detail)
	case errors.Is(e, duck.ErrTimeout):
		return query.ErrTimeout.Errorf("%s", e.Detail)
	case errors.Is(e, duck.ErrMemory):
		return query.ErrMemory.Errorf("%s; or raise [queryd] memory_bytes", e.Detail).With("limit", e.Limit)
	case errors.Is(e, duck.ErrSpill):
		return query.ErrMemory.Errorf("%s; or raise [queryd] spill_bytes", e.Detail).With("limit", e.Limit)
	case errors.Is(e, duck.ErrDiskFull):
		return storage.ErrStorageFull.Errorf("%s", e.Detail)
	case errors.Is(e, duck.ErrUnreachable):
		return wire.ErrUnavailable.Errorf("%s", e.Detail).With("service", "s3").After(queueRetry)
	case errors.Is(e, duck.ErrKeyRefused):
		return wire.ErrUnavailable.Errorf("%s; check [s3.NAME.read], else [s3.NAME], in the secrets file, and what that key may do", e.Detail).With("service", "s3").After(queueRetry)
	case errors.Is(e, duck.ErrDamaged):
		return query.ErrDamaged.Errorf("%s under this request id; restore the file from a backup, or replace the dataset", e.Detail)
	case errors.Is(e, duck.ErrCrashed):
		return query.ErrWorkerLost.Errorf("%s; nothing was changed by it", e.Detail)
	case errors.Is(e, duck.ErrBusy):
		return query.ErrTooMany.Errorf("%s", e.Detail).After(queueRetry)
	case errors.Is(e, duck.ErrClosed):
		return wire.Unavailable("queryd")
	}
	return wire.AsProblem(e) // an internal error: its text is for the log
}

// invalid is the problem of a statement that is no SQL, or not about this data.
// position is the byte offset in the statement, -1 where there is none.
func invalid(message string, position int) *wire.Problem {
	return at(query.ErrInvalid.Errorf("%s", message).With("message", message), position)
}

func at(p *wire.Problem, position int) *wire.Problem {
	if position < 0 {
		return p
	}
	return p.With("position", position)
}
