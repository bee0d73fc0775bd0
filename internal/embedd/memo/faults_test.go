package memo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Errors are not kept, and who met one in others' company asks once more in its own.
func TestErrorsAreTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(1 << 20)
		poison, release := errors.New("poison"), make(chan struct{})
		failed := make(chan error, 1)
		go func() {
			_, err := m.Get(t.Context(), keys(1, 2), new(sync.WaitGroup).Go, func(context.Context, []int) ([]int, error) {
				<-release
				return nil, poison
			})
			failed <- err
		}()
		synctest.Wait()
		joined := make(chan error, 1)
		go func() {
			_, err := m.Get(t.Context(), keys(2), new(sync.WaitGroup).Go, numbered(keys(2), 1, nil))
			joined <- err
		}()
		synctest.Wait()
		close(release)
		if err := <-failed; !errors.Is(err, poison) {
			t.Errorf("whose it was: %v", err)
		}
		if err := <-joined; err != nil {
			t.Errorf("who was in its company: %v", err)
		}
		if _, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, numbered(keys(1), 1, nil)); err != nil {
			t.Errorf("who came later: %v", err)
		}
	})
}

// Whoever else asks for the same at once, again and again in company that fails: a key that is
// computed well alone is.
func TestErrorsOfStrangersAreNotHandedOn(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			m := newMemo(1 << 20)
			poison := errors.New("poison")
			fails := func(context.Context, []int) ([]int, error) {
				time.Sleep(time.Second) // all others wait for it meanwhile
				return nil, poison
			}
			var strangers sync.WaitGroup
			stranger := func() {
				if _, err := m.Get(t.Context(), keys(1, 2), new(sync.WaitGroup).Go, fails); !errors.Is(err, poison) {
					t.Errorf("a stranger: %v", err)
				}
			}
			strangers.Go(stranger)
			synctest.Wait()
			for range 8 {
				strangers.Go(stranger)
			}
			synctest.Wait()
			if got, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, numbered(keys(1), 1, nil)); err != nil || got[0] != 1 {
				t.Errorf("in company of strangers: %v, %v", got, err)
			}
			strangers.Wait()
		})
	}
}

// What fails whoever asks is tried twice for a thousand who ask for it at once, not a thousand
// times.
func TestAFaultIsSharedByThoseWhoAskForTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(1 << 20)
		fault := errors.New("a fault")
		var tries atomic.Int64
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				_, err := m.Get(t.Context(), keys(1, 2), new(sync.WaitGroup).Go, func(context.Context, []int) ([]int, error) {
					tries.Add(1)
					time.Sleep(time.Second)
					return nil, fault
				})
				if !errors.Is(err, fault) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := tries.Load(); n != 2 {
			t.Errorf("%d tries", n)
		}
	})
}

func TestAPanicIsAnError(t *testing.T) {
	m := newMemo(1 << 20)
	for range 2 {
		if _, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, func(context.Context, []int) ([]int, error) { panic("no") }); err == nil {
			t.Error("no error")
		}
	}
	if _, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, func(context.Context, []int) ([]int, error) { return []int{1, 2}, nil }); err == nil {
		t.Error("more values than keys")
	}
}
