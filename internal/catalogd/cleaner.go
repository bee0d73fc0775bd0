package catalogd

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/apache/iceberg-go/table"
)

const (
	// metadataGrace is how long a table's former metadata file stays: whoever
	// has learned its name reads it at once.
	metadataGrace = 30 * time.Second
	cleanEvery    = 5 * time.Second
)

// cleaner removes files that no kept version needs, once nobody can be reading
// them any more. What it does not get to before the daemon ends is referred to
// by nothing.
type cleaner struct {
	store *store
	grace time.Duration
	log   *slog.Logger

	mu      sync.Mutex
	due     []deletion // by time
	pending map[string]bool
}

type deletion struct {
	key string
	at  time.Time
}

func newCleaner(s *store, grace time.Duration, log *slog.Logger) *cleaner {
	return &cleaner{store: s, grace: grace, log: log, pending: map[string]bool{}}
}

var _ = table.Snapshot{}

// after notes what a version that is in made superfluous.
func (c *cleaner) after(_ *dataset, st *staged) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := time.Now().Add(metadataGrace)
	for _, location := range st.superseded {
		if key, err := c.store.key(location); err == nil {
			c.due = append(c.due, deletion{key: key, at: at})
		}
	}
}

// spares tells that a file is not about to be removed.
func (c *cleaner) spares(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.pending[key]
}

// run removes what is due, until ctx ends.
func (c *cleaner) run(ctx context.Context) {
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			c.remove(ctx, c.takeDue(now))
		}
	}
}

func (c *cleaner) takeDue(now time.Time) []deletion {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for n < len(c.due) && !c.due[n].at.After(now) {
		n++
	}
	taken := c.due[:n:n]
	c.due = c.due[n:]
	return taken
}

func (c *cleaner) remove(ctx context.Context, files []deletion) {
	for _, d := range files {
		if err := c.store.Delete(ctx, d.key); err != nil {
			c.log.Warn("a file that no version needs was left in storage", "key", d.key, "error", err)
		}
	}
}
