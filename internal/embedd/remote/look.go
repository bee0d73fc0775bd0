package remote

import (
	"context"
	"time"
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

// Revision gives the revision of the model's weights as it was a moment ago, "" of a
// provider that tells none; or why the provider cannot be asked.
func (m *Model) Revision(ctx context.Context) (string, error) {
	m.looks.Lock()
	defer m.looks.Unlock()
	if !m.look.at.IsZero() && time.Since(m.look.at) < lookAgain {
		return m.look.revision, m.look.err
	}
	return m.ask(ctx)
}

// lookNow asks anew.
func (m *Model) lookNow(ctx context.Context) (string, error) {
	m.looks.Lock()
	defer m.looks.Unlock()
	return m.ask(ctx)
}

func (m *Model) ask(ctx context.Context) (string, error) {
	revision, err := again(ctx, func() (string, error) { return within(ctx, m, lookWait, m.api.revision) })
	if ctx.Err() != nil {
		return "", ctx.Err() // which says nothing of the provider
	}
	m.look = look{revision, err, time.Now()}
	return revision, err
}
