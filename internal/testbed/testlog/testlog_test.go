package testlog_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// Whoever waits sees what is written after that, whoever writes it.
func TestAwaitSeesWhatIsWritten(t *testing.T) {
	var log testlog.Text
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() { fmt.Fprintln(&log, "from", i) })
	}
	got := log.Await(t, "all four", func(text string) bool { return strings.Count(text, "from") == 4 })
	writers.Wait()
	if got != log.String() {
		t.Errorf("got %q of %q", got, log.String())
	}
	if again := log.Await(t, "what is there", func(text string) bool { return text != "" }); again != got {
		t.Errorf("got %q of %q", again, got)
	}
}
