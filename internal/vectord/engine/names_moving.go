package engine

// move lets an id lead to another slot, and the old one to it as well.
func (n *names) move(from, to uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.twins == nil {
		n.twins, n.origins = map[uint32]uint32{}, map[uint32]uint32{}
	}
	id := n.ids[from]
	n.hold(to, id)
	if now, ok := n.slots.Get(id); ok && now == from {
		n.twins[from], n.origins[to], n.came[to] = to, from, n.came[from]
		n.slots.Set(id, to)
		n.led[from/64] &^= 1 << (from % 64)
		n.led[to/64] |= 1 << (to % 64)
	}
}

// moved ends what move began.
func (n *names) moved() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.twins, n.origins = nil, nil
}

// moving tells whether an item may be found in two slots. The lock is held.
func (n *names) moving() bool { return len(n.twins) > 0 }

// at gives the slot that an item was moved to, or else its own. The lock is held.
func (n *names) at(slot uint32) uint32 {
	if twin, moved := n.twins[slot]; moved {
		return twin
	}
	return slot
}

// follow gives candidates the slots that their items were moved to since they were found.
func (n *names) follow(list []candidate) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for i := range list {
		list[i].slot = n.at(list[i].slot)
	}
}
