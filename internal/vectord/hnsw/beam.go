package hnsw

import "math"

// entry is a slot with its distance and two marks, as one number: entries in order
// are distances in order, and then slots.
type entry uint64

const (
	opened entry = 1 << iota // its links have been followed
	hidden                   // it leads on, and is not an answer
	slotAt = 2
)

// newEntry packs. The bits of a float32 order as it does once those of a negative one
// are turned round. Slots have 30 bits.
func newEntry(distance float32, slot uint32, marks entry) entry {
	bits := math.Float32bits(distance)
	if bits>>31 != 0 {
		bits = ^bits
	} else {
		bits |= 1 << 31
	}
	return entry(bits)<<32 | entry(slot)<<slotAt | marks
}

func (e entry) slot() uint32 { return uint32(e) >> slotAt }

// beam holds the nearest slots that a search has come upon, in order: ef answers, and
// the hidden ones that are as near.
type beam struct {
	ef      int
	entries []entry
	answers int
	next    int // all entries before it are opened
}

func (b *beam) reset(ef int) {
	*b = beam{ef: ef, entries: b.entries[:0]}
}

// takes tells whether an entry is near enough: a beam with ef answers takes only what
// is nearer than its last.
func (b *beam) takes(e entry) bool {
	return b.answers < b.ef || e < b.entries[len(b.entries)-1]
}

// put inserts an entry in its place.
func (b *beam) put(e entry) {
	low, high := 0, len(b.entries)
	for low < high {
		if middle := int(uint(low+high) >> 1); b.entries[middle] < e {
			low = middle + 1
		} else {
			high = middle
		}
	}
	b.entries = append(b.entries, 0)
	copy(b.entries[low+1:], b.entries[low:])
	b.entries[low] = e
	b.next = min(b.next, low)
	if e&hidden == 0 {
		b.answers++
	}
	b.trim()
}

// trim lets go of what lies behind the last of ef answers.
func (b *beam) trim() {
	for n := len(b.entries); n > 0; n-- {
		last := b.entries[n-1]
		switch {
		case b.answers > b.ef && last&hidden == 0:
			b.answers--
		case b.answers >= b.ef && last&hidden != 0:
		default:
			return
		}
		b.entries = b.entries[:n-1]
	}
}

// open gives the nearest entry whose links have not been followed, and marks it.
func (b *beam) open() (uint32, bool) {
	for ; b.next < len(b.entries); b.next++ {
		if e := &b.entries[b.next]; *e&opened == 0 {
			*e |= opened
			b.next++
			return e.slot(), true
		}
	}
	return 0, false
}
