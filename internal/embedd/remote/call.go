package remote

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/sony/gobreaker/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	tries     = 2                      // of a call
	pauseMost = 500 * time.Millisecond // between them, unless the provider asks for more
	pauseLong = 10 * time.Second       // that a provider may ask for before it counts as one that fails
	failures  = 5                      // in a row, after which a provider is left alone
	aloneFor  = 5 * time.Second        // and for how long
)

// failure is a call that came to nothing, whatever its texts were.
type failure struct {
	*wire.Problem
	passes bool          // it may go well the next time
	after  time.Duration // if the provider said so
}

// Unwrap gives the problem.
func (f *failure) Unwrap() error { return f.Problem }

func passes(err error) (*failure, bool) {
	f, is := errors.AsType[*failure](err)
	return f, is && f.passes
}

// newBreaker makes what leaves a provider alone that fails again and again. Who leaves, or has
// no time left, says nothing of it, and what it refuses it has answered.
func (m *Model) newBreaker() *gobreaker.CircuitBreaker[answer] {
	failed := func(err error) bool { _, yes := passes(err); return yes }
	return gobreaker.NewCircuitBreaker[answer](gobreaker.Settings{
		Name: m.name, Timeout: aloneFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsSuccessful: func(err error) bool { return !failed(err) },
		IsExcluded: func(err error) bool {
			return !failed(err) && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
		},
		OnStateChange: func(_ string, _, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				m.mu.Lock()
				m.opened = time.Now()
				m.mu.Unlock()
			}
		},
	})
}

// LeftAlone tells whether the provider failed so often that it is not asked now.
func (m *Model) LeftAlone() bool { return m.breaker.State() == gobreaker.StateOpen }

// call makes a call, within bounds of time, and once more where that may help.
func (m *Model) call(ctx context.Context, texts []string, cut bool) (answer, error) {
	return again(ctx, func() (answer, error) {
		a, err := m.breaker.Execute(func() (answer, error) {
			return within(ctx, m, m.config.Timeout.Std(), func(ctx context.Context) (answer, error) { return m.api.embed(ctx, texts, cut) })
		})
		return a, m.worded(err)
	})
}

// again tries a second time what failed in a way that may pass.
func again[T any](ctx context.Context, do func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		got, err := do()
		if f, may := passes(err); !may || try == tries || !pause(ctx, f.after) {
			return got, err
		}
	}
}

// within makes a call in the time that one may take.
func within[T any](ctx context.Context, m *Model, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	own, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	got, err := do(own)
	switch {
	case err == nil:
	case ctx.Err() != nil: // whose time it was that ended
		err = ctx.Err()
	case own.Err() != nil:
		err = &failure{Problem: embedding.ErrProviderDown.Errorf("%s did not answer within %s; see whether it is overloaded, or raise timeout in [embedd.models.%s]", m.config.where(), limit, m.name).
			With("provider", m.config.Provider).After(time.Second).Because(err), passes: true}
	}
	return got, err
}

// pause waits before the next try, unless the time that is left, or the provider, does not
// allow for one.
func pause(ctx context.Context, asked time.Duration) bool {
	wait := max(asked, rand.N(pauseMost))
	if end, ok := ctx.Deadline(); wait > pauseLong || ok && time.Until(end) < wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// worded says that a provider is left alone.
func (m *Model) worded(err error) error {
	if !errors.Is(err, gobreaker.ErrOpenState) && !errors.Is(err, gobreaker.ErrTooManyRequests) {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return embedding.ErrProviderDown.Errorf("%s failed %d times in a row and is left alone for a moment; %s", m.config.where(), failures, m.config.remedy()).
		With("provider", m.config.Provider).After(max(aloneFor-time.Since(m.opened), time.Second))
}
