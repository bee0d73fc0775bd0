package hnsw

import "slices"

// admit chooses the lowest links of a slot whose list is full, and of which the first so
// many are apart, when one more comes, the last of among. It is what prune would choose.
// But whether two others are near each other is known from last time, as long as all that
// were apart still are: most is answered by how far the new one is from each.
func (t *searcher) admit(slot uint32, among []uint32, apart int) (links []uint32, nowApart int) {
	fresh := among[len(among)-1]
	t.other.setSlot(slot)
	t.order(among, apart)
	for i, e := range t.entries {
		among[i] = e.slot()
	}
	t.between = grown(t.between, len(among))
	t.other.setSlot(fresh)
	t.other.close(among, t.between)

	list := t.g.links.list(slot, 0)
	t.readmit(fresh, len(list))
	nowApart = t.fill(t.entries, len(list))
	if t.keepReachable(list) {
		nowApart = 0
	}
	return t.chosen, nowApart
}

// readmit is selectNeighbours where entries that were apart without the fresh slot are
// marked, and between says how far each is from it.
func (t *searcher) readmit(fresh uint32, most int) {
	t.chosen = t.chosen[:0]
	came, left, returned := false, false, false // the fresh slot; one that was apart; one that was not
	for i, e := range t.entries {
		if len(t.chosen) == most {
			return
		}
		slot, was := e.slot(), e&wasApart != 0
		keep := was
		switch {
		case slot == fresh:
			keep = t.freshIsDiverse(i)
			came = keep
		case !came:
		case nearer(t.between[i], e):
			keep = false
		case was && returned || !was && left:
			keep = t.diverse(e)
		}
		if keep {
			t.chosen = append(t.chosen, slot)
		}
		left = left || was && !keep
		returned = returned || keep && !was && slot != fresh
	}
}

// freshIsDiverse is diverse for the fresh slot, which is entry at: all that were apart and
// are nearer to the centre are chosen.
func (t *searcher) freshIsDiverse(at int) bool {
	for i, e := range t.entries[:at] {
		if e&wasApart != 0 && nearer(t.between[i], t.entries[at]) {
			return false
		}
	}
	return true
}

// diverse tells whether an entry is nearer to the centre than to all that were chosen.
func (t *searcher) diverse(e entry) bool {
	t.near = grown(t.near, len(t.chosen))
	t.other.setSlot(e.slot())
	t.other.close(t.chosen, t.near)
	return !slices.ContainsFunc(t.near, func(distance float32) bool { return nearer(distance, e) })
}
