package fleet_test

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// shownEvents is how much of the end of a run a failure shows.
const shownEvents = 400

// crashEvents is what happened in a run. Clients and killer write to it at once.
type crashEvents struct {
	seed  uint64
	start time.Time
	begun chan time.Duration // how long an operation that begins now will take, about

	mu                                                sync.Mutex
	lines                                             []string
	took                                              map[string]time.Duration // by kind of operation
	codes                                             map[string]int           // of answers that leave open what happened
	operations, acknowledged, refused, silent, landed int
}

func newCrashEvents(seed uint64) *crashEvents {
	return &crashEvents{
		seed: seed, start: time.Now(), begun: make(chan time.Duration),
		took: map[string]time.Duration{}, codes: map[string]int{},
	}
}

func (e *crashEvents) note(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, fmt.Sprintf("%8.3f  %s", time.Since(e.start).Seconds(), fmt.Sprintf(format, args...)))
}

// begin tells a killer who waits for it that an operation begins.
func (e *crashEvents) begin(kind string) {
	e.mu.Lock()
	took := e.took[kind]
	e.operations++
	e.mu.Unlock()
	if took == 0 {
		took = 200 * time.Millisecond // the first of its kind
	}
	select {
	case e.begun <- took:
	default:
	}
}

// answered learns how long operations of a kind take.
func (e *crashEvents) answered(kind string, took time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if known := e.took[kind]; known > 0 {
		took = (3*known + took) / 4
	}
	e.took[kind] = took
}

// count adds to one of the counters.
func (e *crashEvents) count(which *int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	*which++
}

// silence counts an answer that leaves open what happened.
func (e *crashEvents) silence(code string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.silent++
	e.codes[code]++
}

func (e *crashEvents) last() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.lines[max(0, len(e.lines)-shownEvents):], "\n")
}
