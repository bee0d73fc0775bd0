package cli

import (
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Whoever waits for a load sees why it does not get on, and when it is tried again.
func TestALoadThatIsTriedAgainSaysWhy(t *testing.T) {
	next := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	load := vector.Load{Rows: 7, Retry: &vector.LoadRetry{Failed: 3, Problem: wire.Unavailable("queryd"), NextAt: &next}}
	for _, words := range []string{"7 rows", "3 attempts failed", shown(next), "queryd does not answer", "[service_unavailable]"} {
		if got := progressWords(load); !strings.Contains(got, words) {
			t.Errorf("%q does not say %q", got, words)
		}
	}
	load.Retry.NextAt = nil
	if got := progressWords(load); !strings.Contains(got, "the next one runs") {
		t.Errorf("%q", got)
	}
}
