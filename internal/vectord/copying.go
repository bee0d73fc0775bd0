package vectord

import "sync"

// copying has the names whose index is being copied, or must not be. Snapshots belong to a
// name, and an index that was dropped may still be copied when the next one has it.
type copying struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // each closed when the name is let go
}

func (c *copying) of(name string) sync.Locker { return &copyLock{c, name} }

type copyLock struct {
	of   *copying
	name string
}

func (l *copyLock) Lock() {
	for {
		l.of.mu.Lock()
		taken := l.of.taken[l.name]
		if taken == nil {
			l.of.taken[l.name] = make(chan struct{})
		}
		l.of.mu.Unlock()
		if taken == nil {
			return
		}
		<-taken
	}
}

func (l *copyLock) Unlock() {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	close(l.of.taken[l.name])
	delete(l.of.taken, l.name)
}
