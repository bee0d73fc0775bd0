package vectord

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// impatientLoader is a loader over an impatient registry, with an index x, and nobody to run
// a statement.
func impatientLoader(t *testing.T, store *storage.Client) (*loader, *registry) {
	t.Helper()
	r := impatient(t, store)
	m := newMetrics(prometheus.NewRegistry(), r, func() int { return 0 })
	l := newLoader(t.Context(), r, m, &query.Client{Client: wire.Client{Service: "queryd", Base: "http://127.0.0.1:1", HTTP: http.DefaultClient}})
	return l, r
}

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
			l, r := impatientLoader(t, client)
			x, _, err := r.create(t.Context(), vector.NewIndex{Name: "x", Shape: vector.Shape{Dimension: 2}})
			if err != nil {
				t.Fatal(err)
			}
			faults.Set(lostAnswers(lost))
			_, refused := l.start(t.Context(), x, vector.NewLoad{SQL: "SELECT 1", DeleteMissing: true})
			faults.Set(nil)
			want := vector.LoadRunning
			if refused != nil {
				want = vector.LoadCancelled
				if p := wire.AsProblem(refused); !p.Is(wire.ErrUnavailable) || p.Fields["service"] != "storaged" {
					t.Error(refused)
				}
			}
			testbed.Until(t, "the load is "+want, func() bool {
				load, err := l.current(t.Context(), x)
				return err == nil && load.State == want
			})
			l.close()
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
			l, r = impatientLoader(t, store)
			if x, err = r.find("x"); err != nil {
				t.Fatal(err)
			}
			if load, err := l.current(t.Context(), x); err != nil || load.State != want {
				t.Errorf("refused with %v, and %s after a restart: %v", refused, load.State, err)
			}
			l.close()
			if err := r.close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
