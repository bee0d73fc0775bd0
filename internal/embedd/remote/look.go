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
	revision string
	err      error
	at       time.Time
}

// Revision gives the revision that the model had a moment ago, or why the provider cannot be
// asked. It is another one where the weights are, as far as that is told, or a prefix.
func (m *Model) Revision(ctx context.Context) (string, error) { return m.looked(ctx, lookAgain) }

// lookNow asks anew.
func (m *Model) lookNow(ctx context.Context) (string, error) { return m.looked(ctx, 0) }

// looked gives what was said within a time, or asks. One asks at a time, so that of many who
// want to know one alone waits for a provider that does not answer.
func (m *Model) looked(ctx context.Context, within time.Duration) (string, error) {
	var known look
	select {
	case known = <-m.looks:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { m.looks <- known }()
	if !known.at.IsZero() && time.Since(known.at) < within {
		return known.revision, known.err
	}
	revision, err := m.ask(ctx)
	if ctx.Err() != nil {
		return "", ctx.Err() // which says nothing of the provider
	}
	known = look{revision, err, time.Now()}
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
