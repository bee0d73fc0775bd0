package remote

import (
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

// amissFor is how long it is told of a provider that no vector can be had of it, where nobody
// asks for one meanwhile.
const amissFor = 30 * time.Second

// amiss is what keeps every text from having its vector, as the last batch showed it.
type amiss struct {
	err      error
	revision string // that was asked for
	since    time.Time
}

// Amiss tells what is known, without a call, to keep a revision from being used: there is no
// key, the provider is left alone, or what the last batch showed.
func (m *Model) Amiss(revision string) error {
	if _, err := m.config.key(); err != nil {
		return m.config.keyless(err)
	}
	if m.LeftAlone() {
		return m.worded(gobreaker.ErrOpenState)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.amiss.revision != revision || time.Since(m.amiss.since) >= amissFor {
		return nil
	}
	return m.amiss.err
}

// noted gives what became of a batch, and keeps of it what every other would come to as well.
func (m *Model) noted(revision string, err error) error {
	f, is := errors.AsType[*failure](err)
	if err != nil && (!is || f.passes) {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.amiss = amiss{}
	if is {
		m.amiss = amiss{f.Problem, revision, time.Now()}
	}
	return err
}
