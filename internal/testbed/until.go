package testbed

import (
	"testing"
	"time"
)

// Until waits for something that comes by itself, and which nothing tells of: it looks
// again and again, and ends the test where there is nothing for three minutes.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in three minutes there was never this: %s", what)
		}
	}
}
