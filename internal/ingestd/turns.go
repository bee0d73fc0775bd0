package ingestd

import (
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// turns lets one writer of a dataset have the others of this ingestd wait. Whoever
// registers a version shares the turn while it does; whoever was overtaken too
// often takes it alone.
type turns struct {
	mu   sync.Mutex
	held map[catalog.Name]*turn
}

type turn struct {
	sync.RWMutex
	users int // who have it, or wait for it; turns guards it
}

func newTurns() *turns { return &turns{held: map[catalog.Name]*turn{}} }

// share waits while another has the turn alone. leave ends it.
func (t *turns) share(n catalog.Name) (leave func()) {
	own := t.enter(n)
	own.RLock()
	return func() {
		own.RUnlock()
		t.leave(n, own)
	}
}

// alone waits until nobody has the turn, and has everybody wait until leave.
func (t *turns) alone(n catalog.Name) (leave func()) {
	own := t.enter(n)
	own.Lock()
	return func() {
		own.Unlock()
		t.leave(n, own)
	}
}

func (t *turns) enter(n catalog.Name) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.held[n]
	if own == nil {
		own = &turn{}
		t.held[n] = own
	}
	own.users++
	return own
}

func (t *turns) leave(n catalog.Name, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(t.held, n)
	}
}
