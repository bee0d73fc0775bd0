package embedd

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// changing is a model that becomes another one during its first batch.
type changing struct{ ends []time.Time }

func (c *changing) Embed(ctx context.Context, _ string, texts []string) ([]remote.Embedded, error) {
	end, _ := ctx.Deadline()
	c.ends = append(c.ends, end)
	time.Sleep(time.Second) // of a clock of the test's own
	if len(c.ends) == 1 {
		return nil, embedding.ErrModelChanged.Errorf("it is another one")
	}
	return make([]remote.Embedded, len(texts)), nil
}

func (c *changing) Revision(context.Context) (string, error) { return "r", nil }
func (c *changing) Batch() int                               { return 1 }
func (c *changing) Prefix(embedding.InputType) string        { return "" }
func (c *changing) Dimension() int                           { return 0 }

// What is made anew, since the model became another one, has the time that is left of the
// request.
func TestAllOfARequestHasOneTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &changing{}
		s := &server{config: Defaults(), models: []*model{{name: "m", maker: m}}}
		s.memo = memo.New(0, func(remote.Embedded) int64 { return 0 })
		s.metrics = newMetrics(prometheus.NewRegistry(), s)
		began := time.Now()
		_, err := s.vectors(t.Context(), embedding.Request{Texts: []string{"a"}}, "texts")
		if want := began.Add(s.config.Timeout.Std()); err != nil || len(m.ends) != 2 || m.ends[0] != want || m.ends[1] != want {
			t.Errorf("%v, %v, want twice %v", err, m.ends, want)
		}
	})
}
