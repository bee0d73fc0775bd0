package loading

import (
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// lostAnswers loses so many answers to what writes what a load is.
func lostAnswers(times int) func(*http.Request) testbed.Fault {
	lost := 0
	return func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/load.json") || lost == times {
			return testbed.None
		}
		lost++
		return testbed.CutAnswer
	}
}

// A load begins and is answered, or does neither, also where the answer is lost to what keeps
// it: what was told as refused is not done by a restart.
func TestALoadThatWasRefusedDoesNotRun(t *testing.T) {
	for what, lost := range map[string]int{"one answer is lost": 1, "all answers are lost": 1 << 30} {
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			client, faults := testbed.Behind(t, store)
			open, l := create(t, store), impatient(t, client)
			x := targetOf(open)
			faults.Set(lostAnswers(lost))
			_, refused := l.Start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1", DeleteMissing: true})
			faults.Set(nil)
			want := vector.LoadRunning
			if refused != nil {
				want = vector.LoadCancelled
				if p := wire.AsProblem(refused); !p.Is(wire.ErrUnavailable) || p.Fields["service"] != "storaged" {
					t.Error(refused)
				}
			}
			testbed.Until(t, "the load is "+want, func() bool {
				load, err := l.Current(t.Context(), x)
				return err == nil && load.State == want
			})
			l.Close()
			l, x = impatient(t, store), targetOf(open)
			if load, err := l.Current(t.Context(), x); err != nil || load.State != want {
				t.Errorf("refused with %v, and %s after a restart: %v", refused, load.State, err)
			}
			l.Close()
		})
	}
}
