package storaged

import (
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// writeRetry is how long a refused writer is asked to wait.
const writeRetry = time.Second

// slots bounds the writes in flight. An upload may be as slow as it likes while
// it moves, so users and daemons have slots of their own: what lies under a
// reserved prefix is written whatever the users' uploads are doing, and they
// whatever the daemons are.
type slots struct{ users, daemons chan struct{} }

// newSlots gives as many slots to users as to daemons.
func newSlots(each int) slots {
	return slots{users: make(chan struct{}, each), daemons: make(chan struct{}, each)}
}

// total is how many writes there are at most at once.
func (s slots) total() int { return cap(s.users) + cap(s.daemons) }

// take gives a slot for a write of this key until leave is called, or refuses it
// at once.
func (s slots) take(key string) (leave func(), err error) {
	of, whose := s.users, "writes"
	if storage.Reserved(key) != "" {
		of, whose = s.daemons, "writes of the daemons"
	}
	select {
	case of <- struct{}{}:
		return func() { <-of }, nil
	default:
		return nil, storage.ErrTooManyWrites.Errorf("%d %s are in progress, and no more are allowed at once; try again in a moment", cap(of), whose).
			With("limit", cap(of)).After(writeRetry)
	}
}
