package duck

import (
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// While all that is left of a statement is in the hands of other threads, DuckDB's
// own loop asks for work again and again: a sort that one thread does takes two
// processors. Here that goes on for about a tenth of a millisecond, which keeps
// short statements short, and then with a nap before each turn.
const (
	busyTurns = 500
	nap       = 50 * time.Microsecond
)

// settle runs a pending statement until its result, or the first rows of one that
// streams, can be had without waiting.
func settle(pending bindings.PendingResult) {
	for idle := 0; ; {
		switch bindings.PendingExecuteTask(pending) {
		case bindings.PendingStateResultNotReady:
			idle = 0
		case bindings.PendingStateNoTasksAvailable:
			if idle++; idle > busyTurns {
				time.Sleep(nap)
			}
		default: // ready, failed or blocked: who fetches the result is told which
			return
		}
	}
}
