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
	shortBreak = 100 * time.Microsecond // between two looks for tasks
	longBreak  = time.Millisecond       // after some that found none
)

// crew are the threads that help a statement's own.
type crew struct {
	state unsafe.Pointer
	ended chan struct{}
	hands sync.WaitGroup
}

// summon sets so many to work until dismiss.
func summon(db bindings.Database, hands int) *crew {
	c := &crew{ended: make(chan struct{})}
	if hands > 0 {
		c.state = C.duckdb_create_task_state(db.Ptr)
	}
	for range hands {
		c.hands.Go(c.work)
	}
	return c
}

// dismiss returns when none works any more. The statement has ended, for who works on
// one of its tasks stays with that.
func (c *crew) dismiss() {
	close(c.ended)
	c.hands.Wait()
	if c.state != nil {
		C.duckdb_destroy_task_state(c.state)
	}
}

// work does whatever tasks there are.
func (c *crew) work() {
	pause := shortBreak
	wake := time.NewTimer(pause)
	defer wake.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-wake.C:
		}
		start := time.Now()
		C.duckdb_execute_n_tasks_state(c.state, math.MaxUint32)
		if pause = min(2*pause, longBreak); time.Since(start) > shortBreak { // it found some
			pause = shortBreak
		}
		wake.Reset(pause)
	}
}
