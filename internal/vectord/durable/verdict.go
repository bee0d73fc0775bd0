package durable

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// verdict is what an error that was met at an object says.
type verdict int

const (
	ofTheObject verdict = iota // it is not what was written, or is not there
	passing                    // nothing of the object; asked again it may be read
	lasting                    // nothing of the object, until somebody sees to it
)

// passingKinds are what a daemon answers that cannot do now what it is asked for.
var passingKinds = []*wire.Kind{wire.ErrUnavailable, wire.ErrNotReady, wire.ErrPeerTimeout, wire.ErrInternal, storage.ErrTooManyWrites}

func verdictOf(err error) verdict {
	var p *wire.Problem
	var full *engine.FullError
	switch {
	case errors.As(err, &p) && (p.Is(storage.ErrObjectNotFound) || p.Is(storage.ErrRange)):
		return ofTheObject
	case p != nil && (!wire.Refused(p) || slices.ContainsFunc(passingKinds, func(k *wire.Kind) bool { return p.Is(k) })):
		return passing
	case p != nil, errors.As(err, &full), errors.Is(err, unix.ENOMEM):
		return lasting
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return passing
	}
	return ofTheObject
}

// Passes tells an error that is over some time, such as that storaged does not answer: the
// same asked for again may be done.
func Passes(err error) bool { return verdictOf(err) == passing }

// blames tells that something is wrong with the object at which an error was met.
func blames(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() == nil && verdictOf(err) == ofTheObject
}

// patiently makes a call of storaged. One that takes longer than there is patience is given
// up: storaged does not answer then.
func patiently(ctx context.Context, patience time.Duration, call func(context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := call(within)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return wire.Unavailable("storaged").Because(err)
	}
	return err
}
