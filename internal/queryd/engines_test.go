package queryd

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// brokenSource fails as a bug would.
type brokenSource struct{ source }

func (brokenSource) open(context.Context, []catalog.DataObject) ([]string, func(), error) {
	panic("a bug")
}

// TestAPanicGivesItsEngineBack: else the workers of one that has been replaced
// would stay for as long as the daemon.
func TestAPanicGivesItsEngineBack(t *testing.T) {
	c := small()
	env := testbed.NewEnv(t, "queryd")
	s := &server{env: env, config: c, gate: newGate(c, false), jobs: &jobs{}, results: newResults(0)}
	s.metrics = newMetrics(env.Metrics, c, s.gate, s.jobs, s.results)
	var err error
	if s.engines, err = newEngines(env, c, s.metrics); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.engines.close(); err != nil {
			t.Error(err)
		}
	})
	eng, err := s.engines.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.engines.put(eng)
	eng.source = brokenSource{eng.source}
	q := &job{statement: statement{sql: "SELECT 1", format: query.JSON}}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it did not panic")
			}
		}()
		_ = s.perform(t.Context(), httptest.NewRecorder(), q)
	}()
	s.engines.retire(eng)
	if _, err := eng.pool.Acquire(t.Context()); !errors.Is(err, duck.ErrClosed) {
		t.Errorf("the workers of a retired engine that nobody uses: got %v, want them gone", err)
	}
}
