package main

import (
	"fmt"
	"os"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// processorTime is what this process and all that it started have had of the
// processors, those that have ended included.
func processorTime() (sum time.Duration) {
	for _, pid := range processes.Tree(os.Getpid()) {
		sum += processes.Processor(pid)
	}
	return sum
}

// effort is what several sides took of the processors.
type effort struct {
	runs  int
	spent []time.Duration
}

// metered lets two sides work as alternate does, and says what each took of the
// processors.
func metered(n int, ours, peer measure.Side[time.Duration]) (took [][]time.Duration, e effort, err error) {
	e = effort{runs: n, spent: make([]time.Duration, 2)}
	meter := func(k int, work measure.Side[time.Duration]) measure.Side[time.Duration] {
		return func(i int) (time.Duration, error) {
			start := processorTime()
			d, err := work(i)
			e.spent[k] += processorTime() - start
			return d, err
		}
	}
	took, err = measure.Alternate(n, meter(0, ours), meter(1, peer))
	return took, e, err
}

// String is for a row's note.
func (e effort) String() string {
	each := func(d time.Duration) measure.Value { return measure.Millis(d / time.Duration(e.runs)) }
	return fmt.Sprintf("processor time %s, the peer's %s", each(e.spent[0]), each(e.spent[1]))
}
