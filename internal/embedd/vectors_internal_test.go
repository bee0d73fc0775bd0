package embedd

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// slow is a model that takes its time.
type slow time.Duration

func (s slow) Embed(ctx context.Context, _ string, texts []string) ([]remote.Embedded, error) {
	select {
	case <-time.After(time.Duration(s)):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	made := make([]remote.Embedded, len(texts))
	for i := range made {
		made[i].Vector = []float32{1}
	}
	return made, nil
}

func (slow) Revision(context.Context) (string, error) { return "r", nil }
func (slow) Batch() int                               { return 1 }
func (slow) Prefix(embedding.InputType) string        { return "" }
func (slow) Dimension() int                           { return 1 }

// Each request has its own time: who joined the work of one that has run out has the rest of
// his.
func TestEachRequestHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{
			config: Defaults(), models: []*model{{name: "m", maker: slow(6 * time.Minute)}},
			memo: memo.New(0, func(remote.Embedded) int64 { return 0 }),
		}
		s.turns = newTurns(s.config)
		s.metrics = newMetrics(prometheus.NewRegistry(), s)
		ask := func() error {
			_, err := s.vectors(t.Context(), &turn{of: s.turns}, embedding.Request{Texts: []string{"a"}}, "texts")
			return err
		}
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
