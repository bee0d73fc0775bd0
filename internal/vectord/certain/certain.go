// Package certain makes calls of storaged whose outcome has to be known: a name that leads
// where memory does not know of, or a load that is kept and was refused, would be a trap for
// those who come after. A call may be made several times over: it comes to the same each
// time, or looks what an earlier one of its tries did.
package certain

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// answerWithin is how long each try waits for its answer.
const answerWithin = 10 * time.Second

// Pause is how long it takes before the next try of a call that failed so many times in a row.
func Pause(failed int) time.Duration {
	return PauseWithin(100*time.Millisecond, 5*time.Second, failed)
}

// PauseWithin is a pause that doubles each time, from the first one up to the longest, less
// up to a half of it by chance, so that those that failed together do not come again together.
func PauseWithin(first, longest time.Duration, failed int) time.Duration {
	pause := longest
	if doublings := failed - 1; doublings < 32 && first<<doublings < longest {
		pause = first << doublings
	}
	return pause - time.Duration(rand.Float64()*float64(pause)/2)
}

// UnknownError says that it is not known whether a call was carried out, or will be.
type UnknownError struct{ Err error }

func (e *UnknownError) Error() string { return e.Err.Error() }
func (e *UnknownError) Unwrap() error { return e.Err }

// Do makes a call until it is known what came of it: it was made, the first one reached
// nobody, or it was refused while no other try is without an answer. That one may have been
// carried out, or will be yet, unless the call has a condition that does not hold any more.
// A call that answers with an UnknownError is made again. Only where the context ends before
// it is not known, which is an UnknownError.
func Do(ctx context.Context, call func(context.Context) error) error {
	unanswered := false
	for failed := 1; ; failed++ {
		within, cancel := context.WithTimeout(ctx, answerWithin)
		err := call(within)
		cancel()
		_, again := errors.AsType[*UnknownError](err)
		switch refused := wire.Refused(err); {
		case err == nil, failed == 1 && wire.Unsent(err):
			return err
		case again:
		case refused && (!unanswered || errors.Is(err, storage.ErrPreconditionFailed)):
			return err
		case !refused && !wire.Unsent(err):
			unanswered = true
		}
		select {
		case <-ctx.Done():
			return &UnknownError{err}
		case <-time.After(Pause(failed)):
		}
	}
}

// Staying is a context in which a call stays for its answer when the one that is given ends:
// what storaged does yet, after whoever asked has left, would come into what is dropped
// meanwhile.
func Staying(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
}
