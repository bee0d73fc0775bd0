package durable

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestVerdicts(t *testing.T) {
	for want, errs := range map[verdict][]error{
		ofTheObject: {storage.ErrObjectNotFound.Errorf("no"), storage.ErrRange.Errorf("no"), &sealed.DamageError{}, errors.New("it is of another index")},
		passing: {wire.Unavailable("storaged"), wire.ErrInternal.Errorf("no"), storage.ErrTooManyWrites.Errorf("no"),
			&wire.Problem{Kind: &wire.Kind{Status: 500, Code: "bad_answer"}}, context.Canceled, context.DeadlineExceeded},
		lasting: {wire.ErrUnauthorized.Errorf("no"), storage.ErrBucketNotFound.Errorf("no"), storage.ErrDiskReserve.Errorf("no"), &engine.FullError{}, unix.ENOMEM},
	} {
		for _, err := range errs {
			if got := verdictOf(fmt.Errorf("read it: %w", err)); got != want {
				t.Errorf("%v: %d, want %d", err, got, want)
			}
		}
	}
}

// Only the patience that ran out says that storaged does not answer: a caller who left hears
// that it did.
func TestWhoHasNoPatienceAnyMore(t *testing.T) {
	wait := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := patiently(t.Context(), time.Nanosecond, wait); !errors.Is(err, wire.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	left, leave := context.WithTimeout(t.Context(), time.Nanosecond)
	defer leave()
	if err := patiently(left, time.Hour, wait); err != context.DeadlineExceeded {
		t.Errorf("%v", err)
	}
}
