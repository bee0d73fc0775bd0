package loading

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// writing lets what writes what a load is meet one fault after the other, and then the last.
func writing(faults ...testbed.Fault) func(*http.Request) testbed.Fault {
	return func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/load.json") {
			return testbed.None
		}
		now := faults[0]
		if len(faults) > 1 {
			faults = faults[1:]
		}
		return now
	}
}

// A load begins and is answered, or does neither, also where the answer is lost to what keeps
// it: what was told as refused is not done by a restart.
func TestALoadThatWasRefusedDoesNotRun(t *testing.T) {
	long, short := time.Minute, time.Second
	for what, c := range map[string]struct {
		writing  func(*http.Request) testbed.Fault
		patience time.Duration
		state    string
	}{
		"one answer is lost":                        {writing(testbed.CutAnswer, testbed.None), long, vector.LoadRunning},
		"one answer is lost, and the next refuses":  {writing(testbed.CutAnswer, testbed.TooMany, testbed.None), long, vector.LoadRunning},
		"one answer is lost, and all others refuse": {writing(testbed.CutAnswer, testbed.TooMany), short, vector.LoadCancelled},
		"all answers are lost":                      {writing(testbed.CutAnswer), short, vector.LoadCancelled},
	} {
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			client, faults := testbed.Behind(t, store)
			open, l := create(t, store), loader(t, client, c.patience)
			x := targetOf(open)
			faults.Set(c.writing)
			_, refused := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1", DeleteMissing: true})
			faults.Set(nil)
			if began := c.state == vector.LoadRunning; began != (refused == nil) {
				t.Error(refused)
			}
			if p := wire.AsProblem(refused); refused != nil && (!p.Is(wire.ErrUnavailable) || p.Fields["service"] != "storaged") {
				t.Error(refused)
			}
			testbed.Until(t, "the load is "+c.state, func() bool {
				load, err := l.Current(t.Context(), x)
				return err == nil && load.State == c.state
			})
			l.Close()
			l, x = loader(t, store, long), targetOf(open)
			if load, err := l.Current(t.Context(), x); err != nil || load.State != c.state {
				t.Errorf("refused with %v, and %s after a restart: %v", refused, load.State, err)
			}
			l.Close()
		})
	}
}
