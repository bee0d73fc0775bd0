package remote

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

const (
	lookAgain = 2 * time.Second // how old what is known of a revision may be
	lookWait  = 5 * time.Second // for the answer
)

// look is what the provider said of the model's revision.
type look struct {
	revision     string
	err          error
	began, ended time.Time
}

// Revision gives the revision that the model had a moment ago, or why the provider cannot be
// asked. It is another one where the weights are, as far as that is told, or a prefix.
func (m *Model) Revision(ctx context.Context) (string, error) {
	return m.looked(ctx, func(l *look) bool { return time.Since(l.ended) < lookAgain })
}

// lookNow gives the revision that the model has, by a look that begins from now on.
func (m *Model) lookNow(ctx context.Context) (string, error) {
	now := time.Now()
	return m.looked(ctx, func(l *look) bool { return l.began.After(now) })
}

// looked gives what was said last, if that will do, or asks. One asks at a time, for all who
// came before, so that few looks serve many.
func (m *Model) looked(ctx context.Context, willDo func(*look) bool) (string, error) {
	if l := m.look.Load(); willDo(l) {
		return l.revision, l.err
	}
	select {
	case m.looking <- struct{}{}:
		defer func() { <-m.looking }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if l := m.look.Load(); willDo(l) {
		return l.revision, l.err
	}
	began := time.Now()
	revision, err := m.ask(ctx)
	if ctx.Err() != nil {
		return "", ctx.Err() // which says nothing of the provider
	}
	m.look.Store(&look{revision, err, began, time.Now()})
	return revision, err
}

func (m *Model) ask(ctx context.Context) (string, error) {
	revision, err := again(ctx, func() (string, error) { return within(ctx, m, lookWait, m.api.revision) })
	query, document := m.Prefix(embedding.Query), m.Prefix(embedding.Document)
	if err == nil && query+document != "" {
		revision += "+" + digest(query, document)
	}
	return revision, err
}

// digest gives a short name to texts, in their order.
func digest(texts ...string) string {
	return fmt.Sprintf("%.8x", sha256.Sum256(fmt.Appendf(nil, "%q", texts)))
}
