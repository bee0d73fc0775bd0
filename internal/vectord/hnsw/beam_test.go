package hnsw

import (
	"math"
	"slices"
	"testing"
)

// FuzzBeam: whatever comes in whatever order, the beam holds the nearest of it.
func FuzzBeam(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6}, uint8(3))
	f.Add([]byte{0, 0, 128, 128, 255, 1, 2, 3, 4}, uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, ef uint8) {
		var b beam
		b.reset(int(ef%16) + 1)
		var answers []entry
		for i, x := range data {
			e := newEntry(float32(int8(x&^1)), uint32(i), 0)
			if x&1 != 0 {
				e |= hidden
			} else {
				answers = append(answers, e)
			}
			if b.takes(e) {
				b.put(e)
			}
		}
		slices.Sort(answers)
		answers = answers[:min(len(answers), b.ef)]
		var got []entry
		for _, e := range b.entries {
			if e&hidden == 0 {
				got = append(got, e)
			}
		}
		if !slices.Equal(got, answers) || b.answers != len(answers) || !slices.IsSorted(b.entries) {
			t.Fatalf("the beam has %v, and the nearest are %v", b.entries, answers)
		}
		seen := map[uint32]bool{}
		for slot, ok := b.open(); ok; slot, ok = b.open() {
			if seen[slot] {
				t.Fatalf("slot %d is opened twice", slot)
			}
			seen[slot] = true
		}
		if len(seen) != len(b.entries) {
			t.Fatalf("%d of %d were opened", len(seen), len(b.entries))
		}
	})
}

func TestEntriesOrderAsDistancesDo(t *testing.T) {
	distances := []float32{float32(math.Inf(-1)), -3e38, -1, -1e-45, 0, 1e-45, .5, 1, 3e38, float32(math.Inf(1))}
	for i, d := range distances[1:] {
		if newEntry(distances[i], 1<<30-1, opened|hidden) >= newEntry(d, 0, 0) {
			t.Errorf("%v does not come before %v", distances[i], d)
		}
	}
	for _, d := range distances {
		if got := newEntry(d, 5, hidden).distance(); got != d {
			t.Errorf("%v comes out as %v", d, got)
		}
	}
	if e := newEntry(-2, 1<<30-1, hidden); e.slot() != 1<<30-1 {
		t.Errorf("slot %d", e.slot())
	}
}
