package catalogd

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestRecur: the first time, then a pause after each end, and no more once it is over.
func TestRecur(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		began := time.Now()
		var at []time.Duration
		recur(ctx, time.Second, time.Minute, func(now time.Time) {
			at = append(at, now.Sub(began))
			time.Sleep(time.Hour)
			if len(at) == 3 {
				end()
			}
		})
		round := time.Hour + time.Minute
		if want := []time.Duration{time.Second, time.Second + round, time.Second + 2*round}; !slices.Equal(at, want) {
			t.Errorf("it was done after %v, want %v", at, want)
		}
	})
}
