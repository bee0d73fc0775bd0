package catalogd

import (
	"context"
	"time"
)

// recur does something a while after its call, and again a pause after each time that
// it was done, until ctx ends.
func recur(ctx context.Context, first, pause time.Duration, do func(now time.Time)) {
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-timer.C:
			do(now)
		}
		timer.Reset(pause)
	}
}
