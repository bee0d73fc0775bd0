package hnsw

import "slices"

// Delete takes a slot out of all answers. It stays in the graph, for the ways that
// lead through it, until Repair; it returns false for one that was deleted before.
func (g *Graph) Delete(slot uint32) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slot >= g.end.Load() || !g.dead.set(slot, true) {
		return false
	}
	g.alive.set(slot, false)
	g.setWaiting(slot, false)
	g.queued.set(slot, false)
	g.tombstones = append(g.tombstones, slot)
	return true
}

// DeleteBut deletes every slot that is shown and not listed.
func (g *Graph) DeleteBut(listed map[uint32]bool) {
	for slot := range g.end.Load() {
		if g.alive.has(slot) && !listed[slot] {
			g.Delete(slot)
		}
	}
}

// Repair links those that were next to deleted slots with what lay behind, and lets
// the slots be used again: the consolidation of FreshDiskANN
// (https://arxiv.org/abs/2105.09613). Of their vectors nothing is left, but for what a save
// that is under way still has to write. It looks at every slot's links once; searches,
// insertions and deletions go on meanwhile.
func (g *Graph) Repair() {
	g.repairing.Lock()
	defer g.repairing.Unlock()
	g.mu.Lock()
	leaving := g.tombstones[:len(g.tombstones):len(g.tombstones)]
	g.mu.Unlock()
	if len(leaving) == 0 {
		return
	}
	g.readers.wait() // for insertions that still might link to them
	for _, slot := range leaving {
		g.leaving.set(slot, true)
		g.links.count(g.links.list(slot, 0), -1) // their links count no more
	}
	for slot := range g.end.Load() {
		g.View(func() {
			// Also those that were deleted since: ways still lead through them.
			for level := g.links.level(slot); level >= 0 && !g.leaving.has(slot); level-- {
				g.repairLinks(slot, level)
			}
		})
	}
	g.replaceEntry()
	g.readers.wait() // for whoever still is on a way to them
	g.relinkOrphans(leaving)
	saves := g.saving() // none begins before the repair ends
	for _, slot := range leaving {
		for _, s := range saves {
			s.keep(slot)
		}
		g.vectors.wipe(slot)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, slot := range leaving {
		g.leaving.set(slot, false)
		g.links.end(slot)
	}
	g.free = append(g.free, leaving...)
	g.tombstones = g.tombstones[len(leaving):]
}

// repairLinks replaces a slot's links to those that leave.
func (g *Graph) repairLinks(slot uint32, level int) {
	t := g.searchers.Get().(*searcher)
	defer g.searchers.Put(t)
	lock := g.links.lock(slot)
	lock.Lock()
	t.links = g.links.read(slot, level, t.links[:0])
	if !slices.ContainsFunc(t.links, g.leaving.has) {
		lock.Unlock()
		return
	}
	if t.around(slot, level); level == 0 && len(t.slots) < min(g.config.M, len(t.links)) && !g.dead.has(slot) {
		g.enqueue(slot) // most of its surroundings go: it has to look farther
	}
	chosen, apart := t.prune(slot, level, t.slots)
	chosen = slices.Clone(chosen)
	g.links.set(slot, level, chosen, apart)
	lock.Unlock()
	if g.dead.has(slot) {
		return
	}
	for _, other := range chosen {
		g.linkBack(t, other, slot, level)
	}
}

// around lists in slots those of a slot's links that stay, and the living ones that
// lie behind the others.
func (t *searcher) around(slot uint32, level int) {
	t.slots = t.slots[:0]
	t.seen.reset(t.g.used())
	t.seen.add(slot)
	for _, link := range t.links {
		if !t.g.leaving.has(link) && t.seen.add(link) {
			t.slots = append(t.slots, link)
		}
	}
	for _, link := range t.links {
		if !t.g.leaving.has(link) {
			continue
		}
		t.chosen = t.g.links.read(link, level, t.chosen[:0])
		for _, behind := range t.chosen {
			if !t.g.dead.has(behind) && t.seen.add(behind) {
				t.slots = append(t.slots, behind)
			}
		}
	}
}

// replaceEntry lets searches begin at a living slot of the highest level, and mends
// the links of who came when there were none.
func (g *Graph) replaceEntry() {
	g.inserting.Lock()
	defer g.inserting.Unlock()
	for _, slot := range g.stranded {
		for level := g.links.level(slot); level >= 0 && !g.leaving.has(slot); level-- {
			g.repairLinks(slot, level)
		}
	}
	g.stranded = nil
	slot, _, ok := g.entry()
	if !ok || !g.dead.has(slot) {
		return
	}
	best := uint64(0)
	for slot := range g.end.Load() {
		if !g.dead.has(slot) && !g.waiting.has(slot) {
			best = max(best, entryAt(slot, g.links.level(slot)))
		}
	}
	g.top.Store(best)
}

// relinkOrphans lets those be linked in anew that nobody leads to but who leaves.
func (g *Graph) relinkOrphans(leaving []uint32) {
	top, _, _ := g.entry()
	for _, slot := range leaving {
		for _, other := range g.links.read(slot, 0, nil) {
			if g.links.inDegreeAtMost(other, 0) && !g.dead.has(other) && other != top {
				g.enqueue(other)
			}
		}
	}
}
