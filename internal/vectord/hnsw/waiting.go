package hnsw

import "math/bits"

// setWaiting keeps count of who waits.
func (g *Graph) setWaiting(slot uint32, waits bool) {
	if !g.waiting.set(slot, waits) {
		return
	}
	if waits {
		g.waitingN.Add(1)
	} else {
		g.waitingN.Add(-1)
	}
}

// nextQueued takes a slot from the queue, which may name one twice that was deleted
// and used again, or one that is dead.
func (g *Graph) nextQueued() (slot uint32, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.queue) > 0 {
		slot = g.queue[0]
		g.queue = g.queue[1:]
		if g.queued.set(slot, false) && !g.dead.has(slot) {
			return slot, true
		}
	}
	g.queue = nil
	return 0, false
}

// enqueue lets a slot wait to be linked in, though it may have links.
func (g *Graph) enqueue(slot uint32) {
	g.setWaiting(slot, true)
	if g.queued.set(slot, true) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.queue = append(g.queue, slot)
	}
}

// findWaiting lists the slots that are not linked in yet, before the way through the
// graph begins: one that is linked in meanwhile is found either way.
func (t *searcher) findWaiting(allowed []uint64) {
	t.waiting = t.waiting[:0]
	if t.g.waitingN.Load() == 0 {
		return
	}
	for at := range (t.g.used() + 63) / 64 {
		word := t.g.waiting.word(at) & t.g.alive.word(at)
		if allowed != nil {
			word &= wordOf(allowed, at)
		}
		for ; word != 0; word &= word - 1 {
			t.waiting = append(t.waiting, uint32(at*64+bits.TrailingZeros64(word)))
		}
	}
}

// offerWaiting puts them into the beam, but for those that it came upon.
func (t *searcher) offerWaiting(allowed []uint64) {
	for rest := t.waiting; len(rest) > 0; {
		part := rest[:min(scanned, len(rest))]
		rest = rest[len(part):]
		t.slots = t.slots[:0]
		t.unseen(part)
		t.offer(allowed)
	}
}
