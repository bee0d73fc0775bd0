package embedd

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// slow is a model that takes its time for a text, and becomes another one during its first.
type slow struct {
	takes   time.Duration // by a clock of the test's own
	becomes int           // how often it becomes another one
}

func (s *slow) Embed(ctx context.Context, _ string, texts []string) ([]embedded.Embedding, error) {
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.becomes--; s.becomes >= 0 {
		return nil, embedding.ErrModelChanged.Errorf("it is another one")
	}
	return make([]embedded.Embedding, len(texts)), nil
}

func (s *slow) Revision(context.Context) (string, error) { return "r", nil }
func (s *slow) Batch() int                               { return 1 }
func (s *slow) Prefix(embedding.InputType) string        { return "" }
func (s *slow) Dimension() int                           { return 1 }

// asking gives what asks a model for a vector.
func asking(t *testing.T, m *slow) func() error {
	s := &server{config: Defaults(), permits: newPermits(Defaults()), models: []*model{{name: builtinName, maker: m}}}
	s.memo = memo.New(0, func(embedded.Embedding) int64 { return 0 })
	s.metrics = newMetrics(prometheus.NewRegistry(), s)
	return func() error {
		mine := s.permits.permit()
		defer mine.leave()
		_, err := s.vectors(t.Context(), mine, order{Request: embedding.Request{Texts: []string{"a"}}, field: "texts"})
		return err
	}
}

// What is made anew, since the model became another one, has the time that is left of the
// request.
func TestAllOfARequestHasOneTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := Defaults().Timeout.Std()
		if err := asking(t, &slow{takes: limit/2 - 1, becomes: 1})(); err != nil {
			t.Errorf("in time: %v", err)
		}
		began := time.Now()
		if err := asking(t, &slow{takes: limit/2 + 1, becomes: 1})(); !errors.Is(err, embedding.ErrEmbedTimeout) || time.Since(began) != limit {
			t.Errorf("too late: %v after %s", err, time.Since(began))
		}
	})
}

// Who joined the work of a request that has run out of time has the rest of his own.
func TestEachRequestHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := Defaults().Timeout.Std()
		ask := asking(t, &slow{takes: limit + time.Minute})
		var both sync.WaitGroup
		both.Go(func() {
			if err := ask(); !errors.Is(err, embedding.ErrEmbedTimeout) {
				t.Errorf("the first: %v", err)
			}
		})
		time.Sleep(2 * time.Minute)
		both.Go(func() {
			if err := ask(); err != nil {
				t.Errorf("who joined it: %v", err)
			}
		})
		both.Wait()
	})
}
