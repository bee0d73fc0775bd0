package service

import (
	"runtime"
	gometrics "runtime/metrics"
	"testing"
)

func TestOnlySmallHeapsGrowBeforeTheyAreCollected(t *testing.T) {
	for alive, most := range map[uint64]uint64{0: leastHeap, 1 << 20: leastHeap, 3 << 20: leastHeap, 8 << 20: leastHeap, 15 << 20: leastHeap, 16 << 20: 32 << 20, 40 << 20: 80 << 20, 1 << 40: 2 << 40} {
		grown := max(alive*uint64(100+paceOf(alive))/100, 4<<20*uint64(paceOf(alive))/100) // as the documentation of GOGC has it
		if grown > most || grown < most*3/4 {
			t.Errorf("a heap of %d bytes grows to %d, want %d at most", alive, grown, most)
		}
	}
}

// The pace follows what is alive, up and down, for as long as there are collections.
func TestThePaceFollowsTheHeap(t *testing.T) {
	t.Setenv("GOGC", "")
	SpareCollections()
	for range 2 {
		large := make([]byte, 4*leastHeap)
		awaitPace(t, func(percent uint64) bool { return percent == ownPace })
		runtime.KeepAlive(large)
		large = nil
		awaitPace(t, func(percent uint64) bool { return percent > ownPace })
	}
}

// awaitPace collects until the pace is as it is wanted.
func awaitPace(t *testing.T, wanted func(percent uint64) bool) {
	t.Helper()
	for t.Context().Err() == nil {
		runtime.GC()
		sample := []gometrics.Sample{{Name: "/gc/gogc:percent"}}
		if gometrics.Read(sample); wanted(sample[0].Value.Uint64()) {
			return
		}
	}
}
