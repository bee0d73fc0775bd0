package hnsw

import (
	"math/bits"
	"sync/atomic"
)

// bitset is a set of slots that may be read and changed at the same time. As all that has
// a place for each slot there may be, it takes memory only for those that there are.
type bitset struct{ area[uint64] }

func newBitset(slots int) (bitset, error) {
	a, err := reserve[uint64]((slots + 63) / 64)
	return bitset{a}, err
}

func (b *bitset) has(slot uint32) bool {
	return atomic.LoadUint64(&b.data[slot>>6])>>(slot&63)&1 != 0
}

// set puts a slot in, or takes it out, and tells whether that changed anything.
func (b *bitset) set(slot uint32, in bool) bool {
	bit := uint64(1) << (slot & 63)
	if in {
		return atomic.OrUint64(&b.data[slot>>6], bit)&bit == 0
	}
	return atomic.AndUint64(&b.data[slot>>6], ^bit)&bit != 0
}

// word gives 64 slots at once.
func (b *bitset) word(at int) uint64 { return atomic.LoadUint64(&b.data[at]) }

// countOf gives how many of the first n slots are in both sets.
func (b *bitset) countOf(other []uint64, n int) int {
	sum := 0
	for at := range min((n+63)/64, len(other)) {
		sum += bits.OnesCount64(b.word(at) & other[at])
	}
	return sum
}

// wordOf is bitset.word of a set that does not change, and may be shorter.
func wordOf(set []uint64, at int) uint64 {
	if at >= len(set) {
		return 0
	}
	return set[at]
}

// copied gives the first n slots of the set as they are now, on Go's heap.
func (b *bitset) copied(n int) bitset {
	c := make([]uint64, (n+63)/64)
	for at := range c {
		c[at] = b.word(at)
	}
	return bitset{area[uint64]{data: c}}
}
