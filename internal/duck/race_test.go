package duck

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// heard is what workers wrote to their standard error, from its first byte: a race's
// report is longer than what a worker's parent keeps.
type heard struct{ testlog.Text }

// by has workers' commands heard, after what else changes them.
func (h *heard) by(adjust func(*exec.Cmd)) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		if adjust != nil {
			adjust(cmd)
		}
		cmd.Stderr = io.MultiWriter(cmd.Stderr, h)
	}
}

// race gives all from the first report of a data race, "" if there is none.
func (h *heard) race() string {
	_, after, found := strings.Cut(h.String(), "DATA RACE")
	if !found {
		return ""
	}
	return "DATA RACE" + after
}

// raceProbe is a worker with a data race.
const raceProbe = "duck-race-probe"

func runRace() {
	n, done := 0, make(chan struct{})
	go func() {
		n++
		close(done)
	}()
	n++
	<-done
	os.Args[0] = workerName
	Main()
}

// detects tells that this program was built with the race detector.
func detects() bool {
	build, _ := debug.ReadBuildInfo()
	return slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// witness is a test whose end and errors another looks at.
type witness struct {
	testing.TB
	cleanups []func()
	errors   []string
}

func (w *witness) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }

func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

// TestARaceInAWorkerFailsItsTest: also one of a worker that serves well and is killed.
func TestARaceInAWorkerFailsItsTest(t *testing.T) {
	if !detects() {
		t.Skip("this program has no race detector")
	}
	c := testConfig(t)
	c.adjust = func(cmd *exec.Cmd) { cmd.Args[0] = raceProbe }
	w := &witness{TB: t}
	p := newTestPool(w, c)
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("the worker answers %s", got)
	}
	for _, end := range w.cleanups {
		end()
	}
	if len(w.errors) != 1 || !strings.Contains(w.errors[0], "runRace") {
		t.Errorf("the test's errors: %q", w.errors)
	}
}
