package remote

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// moody is a provider that does as it is told.
type moody struct {
	calls  atomic.Int64
	does   func(ctx context.Context) error
	vector []float32                                 // nil: of one number
	looks  func(ctx context.Context) (string, error) // nil: "r", at once
}

func (m *moody) embed(ctx context.Context, texts []string, _ bool) (answer, error) {
	m.calls.Add(1)
	vector := []float32{1}
	if m.vector != nil {
		vector = slices.Clone(m.vector)
	}
	return answer{vectors: [][]float32{vector}}, m.does(ctx)
}

func (m *moody) revision(ctx context.Context) (string, error) {
	if m.looks != nil {
		return m.looks(ctx)
	}
	return "r", nil
}

func newMoody(c Config, does func(ctx context.Context) error) (*Model, *moody) {
	c.Provider = Ollama
	m, mood := New("m", c), &moody{does: does}
	m.api = mood
	return m, mood
}

func broken(context.Context) error {
	return Config{}.down(errors.New("broken"))
}

func hangs(ctx context.Context) error {
	<-ctx.Done()
	return Config{}.down(ctx.Err())
}

// One that fails again and again is left alone, and whoever comes is told at once when to
// come again. Then one call finds out whether it is back.
func TestAProviderThatFailsIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, mood := newMoody(Config{}, broken)
		ask := func() error {
			_, err := m.Embed(t.Context(), "r", []string{"a"})
			return err
		}
		for range 10 {
			if err := ask(); !errors.Is(err, embedding.ErrProviderDown) {
				t.Fatal(err)
			}
		}
		began := time.Now()
		err := ask()
		if problem := wire.AsProblem(err); mood.calls.Load() != failures || time.Since(began) != 0 || problem.RetryAfter <= 0 || problem.RetryAfter > aloneFor {
			t.Errorf("after %d calls, in %v: %v, %v", mood.calls.Load(), time.Since(began), err, problem.RetryAfter)
		}
		if !m.LeftAlone() {
			t.Error("it is not said to be left alone")
		}
		time.Sleep(aloneFor + time.Second)
		if err := ask(); err == nil || mood.calls.Load() != failures+1 {
			t.Errorf("one call was to find out, %d did: %v", mood.calls.Load()-failures, err)
		}
		time.Sleep(aloneFor + time.Second)
		mood.does = func(context.Context) error { return nil }
		for range 3 {
			if err := ask(); err != nil {
				t.Errorf("it is back: %v", err)
			}
		}
	})
}

// Whoever leaves, or has no time left, says nothing of the provider.
func TestWhoLeavesBreaksNothing(t *testing.T) {
	for _, reason := range []error{context.Canceled, context.DeadlineExceeded} {
		synctest.Test(t, func(t *testing.T) {
			m, mood := newMoody(Config{}, hangs)
			for range 2 * failures {
				ctx, leave := context.WithCancel(t.Context())
				if reason == context.DeadlineExceeded {
					ctx, leave = context.WithTimeout(t.Context(), time.Second)
				} else {
					time.AfterFunc(time.Second, leave)
				}
				began := time.Now()
				if _, err := m.Embed(ctx, "r", []string{"a"}); !errors.Is(err, reason) || errors.Is(err, embedding.ErrProviderDown) || time.Since(began) != time.Second {
					t.Errorf("%v after %v", err, time.Since(began))
				}
				leave()
			}
			if mood.calls.Load() != 2*failures || m.LeftAlone() {
				t.Errorf("%v: %d calls, left alone: %v", reason, mood.calls.Load(), m.LeftAlone())
			}
		})
	}
}

// One that does not answer within the time of a call is one that fails.
func TestAProviderThatHangsIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, mood := newMoody(Config{}, hangs)
		for range failures {
			if _, err := m.Embed(t.Context(), "r", []string{"a"}); !errors.Is(err, embedding.ErrProviderDown) {
				t.Error(err)
			}
		}
		if mood.calls.Load() != failures || !m.LeftAlone() {
			t.Errorf("%d calls, left alone: %v", mood.calls.Load(), m.LeftAlone())
		}
	})
}

func TestACallHasItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, mood := newMoody(Config{}, hangs)
		began := time.Now()
		_, err := m.Embed(t.Context(), "r", []string{"a"})
		if took := time.Since(began); !errors.Is(err, embedding.ErrProviderDown) || mood.calls.Load() != 2 || took < 2*time.Minute || took > 2*time.Minute+pauseMost {
			t.Errorf("%d calls, %v: %v", mood.calls.Load(), took, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 70*time.Second) // of the request
		defer cancel()
		began = time.Now()
		mood.calls.Store(0)
		_, err = m.Embed(ctx, "r", []string{"a"})
		if took := time.Since(began); err == nil || mood.calls.Load() != 2 || took != 70*time.Second {
			t.Errorf("%d calls, %v: %v", mood.calls.Load(), took, err)
		}
	})
}

// So many batches as may be are made at once, and the others wait.
func TestBatchesHaveTheirTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		m, _ := newMoody(Config{MaxConcurrent: 3}, func(context.Context) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second) // of a clock of the test's own: all that may be are here meanwhile
			now.Add(-1)
			return nil
		})
		done := make(chan error)
		for range 10 {
			go func() {
				_, err := m.Embed(t.Context(), "r", []string{"a"})
				done <- err
			}()
		}
		for range 10 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if most.Load() != 3 {
			t.Errorf("%d at once", most.Load())
		}
	})
}
