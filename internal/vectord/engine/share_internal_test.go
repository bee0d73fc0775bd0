package engine

import (
	"context"
	"sync"
	"testing"
	"time"
)

// A worker that finds nothing to do is back when more has come than the other can do.
func TestWhoHadNothingToDoComesBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	idle, both := make(chan struct{}), make(chan struct{})
	calls, inside := 0, 0
	share(ctx, 2, func() bool {
		mu.Lock()
		calls++
		inside++
		n := calls
		if n > 2 && inside == 2 {
			select {
			case <-both:
			default:
				close(both)
			}
		}
		mu.Unlock()
		defer func() {
			mu.Lock()
			inside--
			mu.Unlock()
		}()
		switch {
		case n == 1: // there is one thing to do,
			<-idle
			return true
		case n == 2: // and nothing for the other;
			close(idle)
			return false
		case n <= 2+linksPerTurn: // then much comes
			return true
		}
		select {
		case <-both:
		case <-ctx.Done():
			t.Errorf("one of two workers alone did %d things, and nobody helped it", n)
		}
		return false
	})
}
