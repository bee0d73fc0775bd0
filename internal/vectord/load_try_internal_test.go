package vectord

import (
	"testing"
	"time"
)

// The pauses of a load that fails double, differ between loads, and have an end.
func TestPausesOfALoad(t *testing.T) {
	for failed, whole := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 7: time.Minute, 1000: time.Minute} {
		if got := pauseAfter(time.Second, failed, 0); got != whole {
			t.Errorf("after %d: %s, not %s", failed, got, whole)
		}
		if got := pauseAfter(time.Second, failed, .5); got != whole*3/4 {
			t.Errorf("after %d, in the middle: %s", failed, got)
		}
	}
}
