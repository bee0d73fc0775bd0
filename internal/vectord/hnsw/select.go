package hnsw

import "slices"

// prune chooses the links of a slot in a level among others, which may be those it
// has. It does not let go of a slot that nothing else leads to. The first so many are
// apart, as [searcher.selectNeighbours] keeps them, or it is not known.
func (t *searcher) prune(slot uint32, level int, among []uint32) (links []uint32, apart int) {
	t.other.setSlot(slot)
	t.order(among, 0)
	list := t.g.links.list(slot, level)
	apart = t.selectNeighbours(t.entries, len(list))
	if level == 0 && len(t.chosen) == len(list) && t.keepReachable(list) {
		apart = 0
	}
	return t.chosen, apart
}

// order lists in entries some slots, the nearest to the other probe first. The first so
// many are marked as having been apart.
func (t *searcher) order(slots []uint32, apart int) {
	t.near = grown(t.near, len(slots))
	t.other.close(slots, t.near)
	t.entries = t.entries[:0]
	for i, slot := range slots {
		mark := entry(0)
		if i < apart {
			mark = wasApart
		}
		t.entries = append(t.entries, newEntry(t.near[i], slot, mark))
	}
	sortEntries(t.entries)
}

// keepReachable puts those that were passed over back in if nothing else leads to them, in
// place of the last that others lead to, and tells whether it did. list is what there is
// now.
func (t *searcher) keepReachable(list []uint32) (changed bool) {
	last := len(t.chosen)
	for _, e := range t.entries {
		if last == 0 {
			return changed
		}
		slot := e.slot()
		if slices.Contains(t.chosen, slot) || !t.orphans(slot, list) {
			continue
		}
		for last--; last >= 0 && t.orphans(t.chosen[last], list); last-- {
		}
		if last >= 0 {
			t.chosen[last] = slot
			changed = true
		}
		last = max(last, 0)
	}
	return changed
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
// These are apart. What room is left goes to the nearest of the others.
func (t *searcher) selectNeighbours(candidates []entry, most int) (apart int) {
	t.chosen = t.chosen[:0]
	for t.left = append(t.left[:0], candidates...); len(t.left) > 0 && len(t.chosen) < most; {
		t.chosen = append(t.chosen, t.left[0].slot())
		t.passOver()
	}
	return t.fill(candidates, most)
}

// passOver takes out of left the first one, and those that are nearer to it than to the
// centre.
func (t *searcher) passOver() {
	first, rest := t.left[0], t.left[1:]
	t.slots = t.slots[:0]
	for _, e := range rest {
		t.slots = append(t.slots, e.slot())
	}
	t.near = grown(t.near, len(rest))
	t.other.setSlot(first.slot())
	t.other.close(t.slots, t.near)
	t.left = t.left[:0]
	for i, e := range rest {
		if !nearer(t.near[i], e) {
			t.left = append(t.left, e)
		}
	}
}

// fill adds to those that are chosen of candidates the others, as far as there is room.
func (t *searcher) fill(candidates []entry, most int) (apart int) {
	apart = len(t.chosen)
	next := 0 // of the chosen
	for _, c := range candidates {
		switch {
		case len(t.chosen) == most:
			return apart
		case next < apart && t.chosen[next] == c.slot():
			next++
		default:
			t.chosen = append(t.chosen, c.slot())
		}
	}
	return apart
}

// nearer tells whether a distance is less than that of an entry.
func nearer(distance float32, e entry) bool { return newEntry(distance, 0, 0)>>32 < e>>32 }
