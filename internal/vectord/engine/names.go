package engine

import (
	"sync"

	"github.com/tidwall/btree"
)

// names are the ids of slots and the slots of ids. A slot keeps its id after the item
// is gone, for whoever found it just before.
type names struct {
	mu    sync.RWMutex
	slots btree.Map[string, uint32]
	ids   []string // by slot
	// While slots are moved, an item is found in both: this leads from the old one to
	// the new one.
	twins map[uint32]uint32
}

// name gives a slot an id that does not lead to it yet.
func (n *names) name(slot uint32, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for int(slot) >= len(n.ids) {
		n.ids = append(n.ids, "")
	}
	n.ids[slot] = id
}

// lead lets a slot's id lead to it, and gives where it led before.
func (n *names) lead(slot uint32) (before uint32, had bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.slots.Set(n.ids[slot], slot)
}

// drop lets an id lead nowhere, and gives where it led.
func (n *names) drop(id string) (slot uint32, had bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.slots.Delete(id)
}

func (n *names) slot(id string) (slot uint32, ok bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.slots.Get(id)
}

func (n *names) count() int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.slots.Len()
}

// id gives the id of a slot that still has it. The lock is held.
func (n *names) id(slot uint32) (id string, ok bool) {
	id = n.ids[slot]
	now, ok := n.slots.Get(id)
	if twin, moved := n.twins[slot]; moved && now == twin {
		return id, true
	}
	return id, ok && now == slot
}

// all copies the ids with their slots, in order of the ids.
func (n *names) all() (ids []string, slots []uint32) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	n.slots.Scan(func(id string, slot uint32) bool {
		ids, slots = append(ids, id), append(slots, slot)
		return true
	})
	return ids, slots
}

// after lists ids with their slots in order of the ids, from the first one after a
// given one on, until a function returns false.
func (n *names) after(id string, yield func(id string, slot uint32) bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	n.slots.Ascend(id, func(found string, slot uint32) bool {
		return found == id || yield(found, slot)
	})
}
