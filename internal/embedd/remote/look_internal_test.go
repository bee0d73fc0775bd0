package remote

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A provider that makes vectors, and does not tell the revision that they are of, keeps nobody
// waiting who knows it, nor from having vectors made.
func TestALookThatHangsKeepsOnlyThoseWhoNeedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, mood := newMoody(Config{MaxConcurrent: 1}, func(context.Context) error { return nil })
		if _, err := m.Revision(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // of a clock of the test's own
		mood.looks = func(ctx context.Context) (string, error) { return "", hangs(ctx) }
		var batches sync.WaitGroup
		for range 5 {
			batches.Go(func() {
				if _, err := m.Embed(t.Context(), "r", []string{"a"}); err == nil {
					t.Error("vectors of who knows what revision")
				}
			})
		}
		synctest.Wait()
		if mood.calls.Load() != 5 {
			t.Errorf("%d of 5 batches had their turn", mood.calls.Load())
		}
		began := time.Now()
		if known, err := m.Revision(t.Context()); known != "r" || err != nil || time.Since(began) != 0 {
			t.Errorf("%q, %v after %v", known, err, time.Since(began))
		}
		batches.Wait()
		if took := time.Since(began); took > 2*(tries*lookWait+pauseMost) {
			t.Errorf("five looked one behind the other, for %v", took)
		}
	})
}

// A look serves all who came before it began, and none who came later.
func TestALookServesThoseWhoCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		m, mood := newMoody(Config{MaxConcurrent: 100}, func(context.Context) error { return nil })
		mood.looks = func(context.Context) (string, error) {
			is := "r"
			if looks.Add(1) == 2 {
				is = "r2" // as the second look began, which the batches of the first came before
			}
			time.Sleep(time.Second)
			return is, nil
		}
		var batches sync.WaitGroup
		embed := func(good bool) {
			batches.Go(func() {
				if _, err := m.Embed(t.Context(), "r", []string{"a"}); (err == nil) != good {
					t.Errorf("%v, want an error: %v", err, !good)
				}
			})
		}
		embed(true)
		time.Sleep(time.Second / 2)
		for range 20 {
			embed(false)
		}
		batches.Wait()
		if looks.Load() != 2 {
			t.Errorf("%d looks of 21 batches", looks.Load())
		}
	})
}
