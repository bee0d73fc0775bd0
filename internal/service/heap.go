package service

import (
	"os"
	"runtime"
	"runtime/debug"
	gometrics "runtime/metrics"
)

// Bounds of how far a heap grows before it is collected: Go's own pace, of a heap that
// doubles, from where that comes to leastHeap bytes; below, so much more of what is alive
// in percent that it comes to about as many.
const (
	leastHeap   = 32 << 20
	ownPace     = 100
	fastestPace = 800 // at which Go collects no heap below leastHeap
)

// SpareCollections lets a heap that is small grow to 32 MB before it is collected. Go would
// collect it every 4 MB: twenty times a second in a daemon whose requests are large and
// whose heap, since most of what it keeps lies elsewhere, is not. It holds for the whole
// process, for as long as that lives; where GOGC is set in the environment, that stands
// instead.
func SpareCollections() {
	if os.Getenv("GOGC") == "" {
		(&pace{percent: ownPace}).adjust()
	}
}

// pace is how far the heap grows now, in percent of what is alive.
type pace struct{ percent int }

// collected is garbage whose collection is seen.
type collected struct{ _ *collected }

// adjust sets the pace after each collection.
func (p *pace) adjust() {
	if want := paceOf(liveHeap()); want != p.percent {
		p.percent = want
		debug.SetGCPercent(want)
	}
	runtime.AddCleanup(new(collected), (*pace).adjust, p)
}

// liveHeap is how many bytes the last collection left.
func liveHeap() uint64 {
	sample := []gometrics.Sample{{Name: "/gc/heap/live:bytes"}}
	gometrics.Read(sample)
	return sample[0].Value.Uint64()
}

// paceOf is the pace of a heap in which so many bytes are alive. It has steps, since a
// change stops the process for a moment.
func paceOf(alive uint64) int {
	const step = 50
	if alive >= leastHeap {
		return ownPace
	}
	more := leastHeap*100/max(alive, 1) - 100
	return int(min(max(more/step*step, ownPace), fastestPace))
}
