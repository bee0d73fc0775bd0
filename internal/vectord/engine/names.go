package engine

import (
	"math/bits"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// names are the ids of slots and the slots of ids. A slot keeps its id after the item
// is gone, for whoever found it just before.
type names struct {
	mu    sync.RWMutex
	slots btree.Map[string, uint32]
	ids   []string     // by slot
	led   []uint64     // the slots that an id leads to, slot s by bit s%64 of number s/64
	bytes atomic.Int64 // that all this takes, about

	// A search has the slots that ids led to when it began: those that came by its moment,
	// and did not leave by then. What left is forgotten before the slot is buried.
	moment uint64
	came   []uint64 // by slot
	left   map[uint32]uint64

	// While slots are moved, an item is found in both: this leads from the old one to
	// the new one, and back.
	twins, origins map[uint32]uint32
}

// name gives a slot an id that does not lead to it yet.
func (n *names) name(slot uint32, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for int(slot) >= len(n.ids) {
		n.ids, n.came = append(n.ids, ""), append(n.came, 0)
		n.bytes.Add(perSlot)
	}
	for int(slot/64) >= len(n.led) {
		n.led = append(n.led, 0)
	}
	n.hold(slot, id)
}

// What an id takes beside its bytes: its places by slot, and that in the tree, whose nodes
// are filled to two thirds.
const (
	perSlot = 30
	perID   = 40
)

// hold lets a slot have an id. The lock is held.
func (n *names) hold(slot uint32, id string) {
	n.bytes.Add(sized(id) - sized(n.ids[slot]))
	n.ids[slot] = id
}

// sized is what an id's bytes take.
func sized(id string) int64 { return int64(len(id)+15) / 16 * 16 }

// lead lets a slot's id lead to it, and gives where it led before.
func (n *names) lead(slot uint32) (before uint32, had bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before, had = n.slots.Set(n.ids[slot], slot)
	n.moment++
	n.came[slot] = n.moment
	if had {
		n.leave(before)
	} else {
		n.bytes.Add(perID)
	}
	n.led[slot/64] |= 1 << (slot % 64)
	return before, had
}

// drop lets an id lead nowhere, and gives where it led.
func (n *names) drop(id string) (slot uint32, had bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	slot, had = n.slots.Delete(id)
	if had {
		n.moment++
		n.leave(slot)
		n.bytes.Add(-perID)
	}
	return slot, had
}

// leave notes that from this moment on no id leads to a slot. The lock is held.
func (n *names) leave(slot uint32) {
	n.led[slot/64] &^= 1 << (slot % 64)
	if n.left == nil {
		n.left = map[uint32]uint64{}
	}
	n.left[slot] = n.moment
}

// forget ends what leave began: no search is left that began before.
func (n *names) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left = nil
}

// now gives the moment at which a search begins.
func (n *names) now() uint64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.moment
}

func (n *names) slot(id string) (slot uint32, ok bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.slots.Get(id)
}

// count counts ids, and slots that none leads to any more.
func (n *names) count() (ids, left int) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.slots.Len(), len(n.left)
}

// id gives the id of a slot that a search found, and the slot where the item is now,
// if the item was there when the search began. The lock is held.
func (n *names) id(slot uint32, since uint64) (id string, at uint32, ok bool) {
	at = n.at(slot)
	return n.ids[at], at, (n.leads(at) || n.left[at] > since) && n.came[at] <= since
}

// leads tells whether a slot's id leads to it. The lock is held.
func (n *names) leads(slot uint32) bool { return n.led[slot/64]>>(slot%64)&1 != 0 }

// leading gives the slots that an id leads to now, written to room where that is large
// enough: slot s by bit s%64 of number s/64.
func (n *names) leading(room []uint64) []uint64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return append(room[:0], n.led...)
}

// of gives the ids of slots that somebody found who is still inside View: until then a slot
// keeps its id. The lock is held for a few thousand at a time.
func (n *names) of(slots []uint64) (ids []string) {
	const atOnce = 64
	for first := 0; first < len(slots); first += atOnce {
		part := slots[first:min(first+atOnce, len(slots))]
		n.mu.RLock()
		for at, word := range part {
			for ; word != 0; word &= word - 1 {
				ids = append(ids, n.ids[(first+at)*64+bits.TrailingZeros64(word)])
			}
		}
		n.mu.RUnlock()
	}
	return ids
}

// sample draws up to so many of the ids.
func (n *names) sample(r *rand.Rand, most int) (ids []string) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, at := range drawn(r, n.slots.Len(), most) {
		id, _, _ := n.slots.GetAt(at)
		ids = append(ids, id)
	}
	return ids
}

// drawn gives up to so many different numbers below n: Floyd's algorithm.
func drawn(r *rand.Rand, n, most int) (list []int) {
	seen := map[int]bool{}
	for i := max(0, n-most); i < n; i++ {
		at := r.IntN(i + 1)
		if seen[at] {
			at = i
		}
		seen[at] = true
		list = append(list, at)
	}
	return list
}

// leadLast lets a slot's id lead to it that comes behind all others.
func (n *names) leadLast(slot uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slots.Load(n.ids[slot], slot)
	n.bytes.Add(perID)
	n.led[slot/64] |= 1 << (slot % 64)
}

// namesThen are the ids that lead to a slot, and where, of one moment.
type namesThen struct{ slots *btree.Map[string, uint32] }

// then gives those of now, whatever becomes of them.
func (n *names) then() namesThen {
	n.mu.Lock()
	defer n.mu.Unlock()
	return namesThen{n.slots.Copy()}
}

// list gives the ids by slot, "" for a slot without, and the slots in order of the ids.
func (n namesThen) list() (ids []string, slots []uint32) {
	n.slots.Scan(func(id string, slot uint32) bool {
		for int(slot) >= len(ids) {
			ids = append(ids, make([]string, int(slot)+1-len(ids))...)
		}
		ids[slot], slots = id, append(slots, slot)
		return true
	})
	return ids, slots
}

// after lists ids with their slots in order of the ids, from the first one after a
// given one on, until a function returns false.
func (n namesThen) after(id string, yield func(id string, slot uint32) bool) {
	n.slots.Ascend(id, func(found string, slot uint32) bool {
		return found == id || yield(found, slot)
	})
}
