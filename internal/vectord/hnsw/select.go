package hnsw

import "slices"

// prune chooses the links of a slot in a level among others, which may be those it
// has. It does not let go of a slot that nothing else leads to.
func (t *searcher) prune(slot uint32, level int, among []uint32) []uint32 {
	t.slots = among
	t.near = grown(t.near, len(among))
	t.other.setSlot(slot)
	t.other.close(among, t.near)
	t.entries = t.entries[:0]
	for i, other := range among {
		t.entries = append(t.entries, newEntry(t.near[i], other, 0))
	}
	sortEntries(t.entries)
	list := t.g.links.list(slot, level)
	t.selectNeighbours(t.entries, len(list))
	if level == 0 && len(t.chosen) == len(list) {
		t.keepReachable(list)
	}
	return t.chosen
}

// keepReachable puts those that were passed over back in if nothing else leads to them, in
// place of the last that others lead to. list is what there is now.
func (t *searcher) keepReachable(list []uint32) {
	last := len(t.chosen)
	for _, e := range t.entries {
		if last == 0 {
			return
		}
		slot := e.slot()
		if slices.Contains(t.chosen, slot) || !t.orphans(slot, list) {
			continue
		}
		for last--; last >= 0 && t.orphans(t.chosen[last], list); last-- {
		}
		if last >= 0 {
			t.chosen[last] = slot
		}
		last = max(last, 0)
	}
}

// orphans tells whether a list that leaves a slot out leaves it without any link to it.
func (t *searcher) orphans(slot uint32, list []uint32) bool {
	if slices.Contains(list, slot) {
		return t.g.links.inDegreeAtMost(slot, 1)
	}
	return t.g.links.inDegreeAtMost(slot, 0)
}

// selectNeighbours keeps of candidates, the nearest first, those that are nearer to the centre
// than to any that was kept before, so that links lead in all directions: Algorithm 4.
// What room is left goes to the nearest of the others.
func (t *searcher) selectNeighbours(candidates []entry, most int) []uint32 {
	t.chosen = t.chosen[:0]
	t.codes = t.codes[:0]
	t.links = t.links[:0] // passed over
	for _, c := range candidates {
		if len(t.chosen) == most {
			break
		}
		if t.diverse(c) {
			t.chosen = append(t.chosen, c.slot())
			t.codes = append(t.codes, t.other.code...)
		} else {
			t.links = append(t.links, c.slot())
		}
	}
	for _, slot := range t.links {
		if len(t.chosen) == most {
			break
		}
		t.chosen = append(t.chosen, slot)
	}
	return t.chosen
}

// diverse tells whether a candidate is nearer to the centre than to all that were chosen.
func (t *searcher) diverse(c entry) bool {
	const at = 8
	t.other.setSlot(c.slot())
	size := len(t.codes) / max(1, len(t.chosen))
	var near [at]float32
	for from := 0; from < len(t.chosen); from += at {
		part := t.chosen[from:min(from+at, len(t.chosen))]
		t.other.closeIn(t.codes[from*size:], part, near[:])
		for _, distance := range near[:len(part)] {
			if newEntry(distance, 0, 0)>>32 < c>>32 {
				return false
			}
		}
	}
	return true
}
