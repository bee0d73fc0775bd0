package vectord

import (
	"context"
	"sync"
)

// copying has the names whose index is being copied, or must not be. Snapshots belong to a
// name, and an index that was dropped may still be copied when the next one has it. It has
// the keys too of marks that one request at a time is to write or to remove.
type copying struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // each closed when the name is let go
}

func (c *copying) of(name string) *copyLock { return &copyLock{c, name} }

type copyLock struct {
	of   *copying
	name string
}

// Lock waits until nobody has the name, or the context is done, which is its error then.
func (l *copyLock) Lock(ctx context.Context) error {
	for {
		l.of.mu.Lock()
		taken := l.of.taken[l.name]
		if taken == nil {
			l.of.taken[l.name] = make(chan struct{})
		}
		l.of.mu.Unlock()
		if taken == nil {
			return nil
		}
		select {
		case <-taken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *copyLock) Unlock() {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	close(l.of.taken[l.name])
	delete(l.of.taken, l.name)
}
