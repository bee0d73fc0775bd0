package hnsw

import (
	"math"
	"slices"
)

// Put keeps a vector that [Config.Check] lets pass, and gives its slot. Searches that
// begin once it is shown find it, by looking at each slot that is not linked in yet;
// Link does that.
func (g *Graph) Put(vector []float32) (slot uint32, err error) {
	g.inserting.RLock()
	defer g.inserting.RUnlock()
	slot, err = g.take()
	if err != nil {
		return 0, err
	}
	g.vectors.put(slot, vector)
	g.enqueue(slot)
	return slot, nil
}

// Show lets searches answer with a slot.
func (g *Graph) Show(slot uint32) { g.alive.set(slot, true) }

// Link links in the slot that has waited longest. It returns false where none waits.
// Any number of goroutines may link at once.
func (g *Graph) Link() bool {
	g.inserting.RLock()
	defer g.inserting.RUnlock()
	entered := g.readers.enter()
	defer g.readers.leave(entered)
	slot, ok := g.nextQueued()
	if ok {
		g.connect(slot, g.links.level(slot))
		g.links.countLinks(slot)
		g.setWaiting(slot, false)
	}
	return ok
}

// connect links a slot in, from its highest level down: Algorithm 1 of the paper.
func (g *Graph) connect(slot uint32, level int) {
	if g.top.CompareAndSwap(0, entryAt(slot, level)) {
		return
	}
	top, highest, _ := g.entry()
	t := g.searchers.Get().(*searcher)
	defer g.searchers.Put(t)
	t.query.setSlot(slot)
	t.building, t.narrow, t.matches = true, false, math.MaxInt
	defer func() { t.building = false }()
	at := min(level, highest)
	top = t.descend(top, highest, at)
	chosen := make([][]uint32, at+1) // by level
	from := []uint32{top}
	for ; at >= 0; at-- {
		t.searchLevel(from, at, g.config.EfConstruction, g.used(), nil)
		chosen[at] = g.neighbours(t, slot)
		if len(t.beam.entries) > 0 {
			from = from[:0]
			for _, e := range t.beam.entries {
				from = append(from, e.slot())
			}
		}
	}
	// From the lowest level up: whoever comes upon the slot finds a way on below.
	for at, others := range chosen {
		g.adopt(t, slot, at, others)
	}
	if level > highest {
		g.raise(slot, level)
	}
}

// raise makes a slot the entry if it is above the present one.
func (g *Graph) raise(slot uint32, level int) {
	for {
		old := g.top.Load()
		if int(old>>32) >= level || g.top.CompareAndSwap(old, entryAt(slot, level)) {
			return
		}
	}
}

// neighbours chooses of the slots in the beam.
func (g *Graph) neighbours(t *searcher, slot uint32) []uint32 {
	t.candidates(slot, 0)
	if len(t.entries) == 0 {
		// Only deleted slots are about: better these than a slot that nothing leads to.
		t.candidates(slot, hidden)
		g.mu.Lock()
		g.stranded = append(g.stranded, slot)
		g.mu.Unlock()
	}
	t.selectNeighbours(t.entries, g.config.M)
	return slices.Clone(t.chosen)
}

// adopt links a slot with others in a level, both ways. They may have linked to it
// already, since they came upon it in a level below.
func (g *Graph) adopt(t *searcher, slot uint32, level int, chosen []uint32) {
	lock := g.links.lock(slot)
	lock.Lock()
	apart := 0
	if there := g.links.read(slot, level, nil); len(there) > 0 {
		chosen, apart = t.prune(slot, level, union(chosen, there))
		chosen = slices.Clone(chosen)
	}
	g.links.set(slot, level, chosen, apart)
	lock.Unlock()
	for _, other := range chosen {
		g.linkBack(t, other, slot, level)
	}
}

// union appends what a list lacks of another.
func union(list, more []uint32) []uint32 {
	for _, slot := range more {
		if !slices.Contains(list, slot) {
			list = append(list, slot)
		}
	}
	return list
}

// candidates lists the beam's entries with that mark, or without any, but for one slot.
func (t *searcher) candidates(but uint32, mark entry) {
	t.entries = t.entries[:0]
	for _, e := range t.beam.entries {
		if e.slot() != but && e&hidden == mark {
			t.entries = append(t.entries, e&^(opened|hidden))
		}
	}
}

// linkBack lets one slot link to another, and chooses its best links when there are
// too many.
func (g *Graph) linkBack(t *searcher, from, to uint32, level int) {
	lock := g.links.lock(from)
	lock.Lock()
	defer lock.Unlock()
	t.slots = g.links.read(from, level, t.slots[:0])
	if slices.Contains(t.slots, to) || g.links.list(from, level) == nil || g.links.add(from, level, to) {
		return
	}
	t.slots = append(t.slots, to)
	if apart := g.links.apart.data[from]; level == 0 && apart > 0 {
		links, apart := t.admit(from, t.slots, int(apart))
		g.links.set(from, level, links, apart)
		return
	}
	links, apart := t.prune(from, level, t.slots)
	g.links.set(from, level, links, apart)
}
