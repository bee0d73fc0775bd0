package certain_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A call is made again until its outcome is known, and no more then; where nobody waits any
// longer, what is said is that it is not known.
func TestCallsAreMadeUntilTheirOutcomeIsKnown(t *testing.T) {
	refused, lost, unsent := wire.ErrBadRequest.Errorf("no"), errors.New("the connection broke"), &net.OpError{Op: "dial", Err: errors.New("no route")}
	other := storage.ErrPreconditionFailed.Errorf("something else is there")
	left, leave := context.WithCancel(t.Context())
	leave()
	for what, c := range map[string]struct {
		ctx     context.Context
		answers []error // to one try after the other
		unknown bool
	}{
		"made":                             {t.Context(), []error{nil}, false},
		"refused":                          {t.Context(), []error{refused}, false},
		"it reached nobody":                {t.Context(), []error{unsent}, false},
		"made, and the answer was lost":    {t.Context(), []error{lost, nil}, false},
		"lost, and then it reaches nobody": {t.Context(), []error{lost, unsent, nil}, false},
		"lost, and then refused":           {t.Context(), []error{lost, refused, unsent, refused, nil}, false},
		"lost, and too late by now":        {t.Context(), []error{lost, refused, other}, false},
		"answered, and not known":          {t.Context(), []error{&certain.UnknownError{Err: refused}, unsent, refused}, false},
		"nobody waits":                     {left, []error{lost}, true},
	} {
		tries := 0
		err := certain.Do(c.ctx, func(context.Context) error { tries++; return c.answers[tries-1] })
		_, unknown := errors.AsType[*certain.UnknownError](err)
		if last := c.answers[len(c.answers)-1]; tries != len(c.answers) || !errors.Is(err, last) || unknown != c.unknown {
			t.Errorf("%s: %v after %d tries", what, err, tries)
		}
	}
}

// Pauses double, differ between those who wait, and have an end.
func TestPausesGrow(t *testing.T) {
	for failed, whole := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 7: time.Minute, 1000: time.Minute} {
		if got := certain.PauseWithin(time.Second, time.Minute, failed); got <= whole/2 || got > whole || got == certain.PauseWithin(time.Second, time.Minute, failed) {
			t.Errorf("after %d: %s of %s", failed, got, whole)
		}
	}
	if first, late := certain.Pause(1), certain.Pause(100); late < 10*first {
		t.Errorf("a call that fails all the time is made again after %s, and after %s at first", late, first)
	}
}
