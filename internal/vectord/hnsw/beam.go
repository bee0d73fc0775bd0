package hnsw

import (
	"math"
	"slices"
)

// entry is a slot with its distance and two marks, as one number: entries in order
// are distances in order, and then slots.
type entry uint64

const (
	opened entry = 1 << iota // its links have been followed
	hidden                   // it leads on, and is not an answer
	slotAt = 2

	wasApart = opened // where links are chosen, see admit
)

// distance gives back what was packed.
func (e entry) distance() float32 {
	bits := uint32(e >> 32)
	return math.Float32frombits(bits ^ (uint32(int32(^bits)>>31) | 1<<31))
}

// newEntry packs. The bits of a float32 order as it does once those of a negative one
// are turned round. Slots have 30 bits.
func newEntry(distance float32, slot uint32, marks entry) entry {
	bits := math.Float32bits(distance)
	bits ^= uint32(int32(bits)>>31) | 1<<31
	return entry(bits)<<32 | entry(slot)<<slotAt | marks
}

func (e entry) slot() uint32 { return uint32(e) >> slotAt }

// beam holds the nearest slots that a search has come upon, in order: ef answers, and
// the hidden ones that are as near.
type beam struct {
	ef      int
	entries []entry
	answers int
	next    int   // all entries before it are opened
	bound   entry // that an entry has to be below to be taken

	farthest float32 // the distance of bound: nothing beyond is taken
}

const unbound = ^entry(0)

func (b *beam) reset(ef int) {
	*b = beam{ef: ef, entries: b.entries[:0], bound: unbound, farthest: float32(math.Inf(1))}
}

// takes tells whether an entry is near enough: a beam with ef answers takes only what
// is nearer than its last.
func (b *beam) takes(e entry) bool { return e < b.bound }

// put inserts an entry in its place.
func (b *beam) put(e entry) {
	at := place(b.entries, e)
	b.entries = append(b.entries, 0)
	copy(b.entries[at+1:], b.entries[at:])
	b.entries[at] = e
	b.next = min(b.next, at)
	if e&hidden == 0 {
		b.answers++
	}
	b.trim()
	if b.answers >= b.ef {
		b.bound = b.entries[len(b.entries)-1]
		b.farthest = b.bound.distance()
	}
}

// place gives how many entries are below one. Where to look next is computed: a branch
// would go the one way as often as the other. Three entries at once take half of the steps.
func place(list []entry, e entry) int {
	at, n := 0, len(list)
	for ; n > 4; n -= 3 * (n >> 2) {
		part := n >> 2
		at += part * (less(list[at+part-1], e) + less(list[at+2*part-1], e) + less(list[at+3*part-1], e))
	}
	for _, other := range list[at:][:n] {
		at += less(other, e)
	}
	return at
}

// less is 1 or 0.
func less(a, b entry) int {
	if a < b {
		return 1
	}
	return 0
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

// followed tells whether the beam is full, and so many in a hundred of it have been opened.
func (b *beam) followed(percent int) bool {
	return b.answers >= b.ef && b.next*100 >= len(b.entries)*percent
}

// sortEntries sorts. Short lists are mostly in order already, and each entry goes to its
// place from behind.
func sortEntries(list []entry) {
	const short = 64
	if len(list) > short {
		slices.Sort(list)
		return
	}
	for i, e := range list {
		for ; i > 0 && list[i-1] > e; i-- {
			list[i] = list[i-1]
		}
		list[i] = e
	}
}
