package duck

/*
#include <stdint.h>

// Functions of DuckDB's C API that the bindings do not have.
extern void *duckdb_create_task_state(void *database);
extern uint64_t duckdb_execute_n_tasks_state(void *state, uint64_t max_tasks);
extern void duckdb_destroy_task_state(void *state);
*/
import "C"

import (
	"math"
	"sync"
	"time"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// DuckDB's own threads race with the one that takes a result for each chunk of it, and
// whoever loses asks for work without a pause until the winner is done. So an instance
// has none, and a crew in their place, which looks for tasks now and then: it finds
// those of a statement that has work for several, and leaves alone what the thread
// that takes the result does by itself.
const (
	firstBreak = 300 * time.Microsecond // before the first look: short statements are over
	shortBreak = 100 * time.Microsecond // between two looks for tasks
	longBreak  = time.Millisecond       // after some that found none
)

// crew are hands that help a statement's own thread.
type crew struct {
	state unsafe.Pointer
	hands []*hand
}

// hand looks for tasks. It lives in a timer alone, so a short statement pays for no
// goroutine.
type hand struct {
	mu    sync.Mutex // held by a look
	next  *time.Timer
	pause time.Duration
	over  bool
}

// summon sets so many hands to work until dismiss.
func summon(db bindings.Database, hands int) *crew {
	c := &crew{}
	if hands > 0 {
		c.state = C.duckdb_create_task_state(db.Ptr)
	}
	for range hands {
		h := &hand{pause: firstBreak}
		h.mu.Lock()
		h.next = time.AfterFunc(h.pause, func() { h.look(c.state) })
		h.mu.Unlock()
		c.hands = append(c.hands, h)
	}
	return c
}

// dismiss returns when none works any more. The statement has ended, for who works on
// one of its tasks stays with that.
func (c *crew) dismiss() {
	for _, h := range c.hands {
		h.stop()
	}
	if c.state != nil {
		C.duckdb_destroy_task_state(c.state)
	}
}

// look does whatever tasks there are, and sets the time of the next.
func (h *hand) look(state unsafe.Pointer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return
	}
	start := time.Now()
	C.duckdb_execute_n_tasks_state(state, math.MaxUint32)
	if h.pause = min(2*h.pause, longBreak); time.Since(start) > shortBreak { // it found some
		h.pause = shortBreak
	}
	h.next.Reset(h.pause)
}

func (h *hand) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	h.next.Stop()
}
