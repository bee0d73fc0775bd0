package hnsw

import (
	"slices"
	"sync/atomic"
)

// searcher is what one search or one insertion needs on its way.
type searcher struct {
	g       *Graph
	query   probe
	other   probe // a slot that others are compared with on the way
	seen    visited
	beam    beam
	links   []uint32
	opened  []uint32
	slots   []uint32
	waiting []uint32
	near    []float32
	chosen  []uint32
	left    []entry   // to choose from
	between []float32 // the distances from one that comes new
	entries []entry

	building bool // slots that are not shown yet count
	matches  int  // as many as are allowed
	narrow   bool // they are few: only they are looked at
}

// seek fills the beam from the top of the graph down. It returns false where it is
// quicker to look at all that are allowed.
func (t *searcher) seek(ef, used int, allowed []uint64) bool {
	t.matches, t.narrow = used, false
	if allowed != nil {
		t.matches = t.g.alive.countOf(allowed, used)
		t.narrow = t.matches < used*2/5
	}
	top, level, ok := t.g.entry()
	if !ok || ef > maxEf || t.narrow && t.matches < fewMatches*ef {
		return false
	}
	top = t.descend(top, level, 0)
	whole := t.searchLevel([]uint32{top}, 0, ef, used, allowed)
	t.offerWaiting(allowed)
	return whole
}

// fewMatches times ef are looked at one by one: a way through the graph compares about
// as many.
const fewMatches = 32

// descend walks down from one level to above another, in each to its nearest slot. What
// was compared on the way is not looked at again: the nearest of all that is where the way
// is.
func (t *searcher) descend(from uint32, level, above int) uint32 {
	t.seen.reset(t.g.used())
	t.seen.add(from)
	t.slots = append(t.slots[:0], from)
	at := t.nearest()
	for level > above {
		t.slots = t.slots[:0]
		t.unseen(t.g.links.list(at.slot(), level))
		if next := t.nearest(); next>>32 < at>>32 {
			at = next
		} else {
			level--
		}
	}
	return at.slot()
}

// nearest of the slots that are listed.
func (t *searcher) nearest() entry {
	best := ^entry(0)
	t.near = grown(t.near, len(t.slots))
	t.query.near(t.slots, t.near)
	for i, slot := range t.slots {
		best = min(best, newEntry(t.near[i], slot, 0))
	}
	return best
}

// searchLevel fills the beam with the nearest slots of a level: Algorithm 2 of the paper.
// It gives up, and returns false, when it has compared as many as match.
func (t *searcher) searchLevel(from []uint32, level, ef, used int, allowed []uint64) bool {
	t.beam.reset(ef)
	t.seen.reset(used)
	t.slots = t.slots[:0]
	for _, slot := range from {
		if t.seen.add(slot) {
			t.slots = append(t.slots, slot)
		}
	}
	t.offer(allowed)
	for compared := 0; t.open(); {
		t.slots = t.slots[:0]
		t.g.links.touch(t.opened, level)
		for _, slot := range t.opened {
			if list := t.g.links.list(slot, level); t.narrow {
				t.twoSteps(list, level, allowed)
			} else {
				t.unseen(list)
			}
		}
		t.offer(allowed)
		if compared += len(t.slots); compared > t.matches {
			return false
		}
	}
	return true
}

// open lists the nearest slots of the beam whose links have not been followed. In a wide
// beam it is more than one at a time: what comparisons wait for is memory, and of more of
// them more is on its way at once, while a beam that is to be opened to its end anyway
// compares few in vain.
func (t *searcher) open() bool {
	t.opened = t.opened[:0]
	if t.building && t.beam.followed(followedBuilding) {
		return false
	}
	for range min(1+t.beam.ef/widthOfOne, mostAtOnce) {
		slot, ok := t.beam.open()
		if !ok {
			break
		}
		t.opened = append(t.opened, slot)
	}
	return len(t.opened) > 0
}

const (
	// followedBuilding is how many of a hundred candidates for links are followed: the rest
	// are so far off that what lies behind them is hardly ever chosen, and they make way for
	// nothing better. They are candidates all the same.
	followedBuilding = 60

	mostAtOnce = 4
	widthOfOne = 32 // of a beam, for each slot that is opened at once
)

// twoSteps lists in slots, of a slot's links and of what lies behind those that are not
// allowed, the allowed ones: where few match, the graph of these alone would fall
// apart, and with two steps in one it holds together (ACORN,
// https://arxiv.org/abs/2403.04871).
func (t *searcher) twoSteps(list []uint32, level int, allowed []uint64) {
	for i := range list {
		link := atomic.LoadUint32(&list[i])
		if link == none {
			return
		}
		if !t.seen.add(link) {
			continue
		}
		if allows(allowed, link) {
			t.slots = append(t.slots, link)
			continue
		}
		behind := t.g.links.list(link, level)
		for k := range behind {
			link := atomic.LoadUint32(&behind[k])
			if link == none {
				break
			}
			if allows(allowed, link) && t.seen.add(link) {
				t.slots = append(t.slots, link)
			}
		}
	}
}

// unseen adds to slots those of a list of links that the search comes upon for the
// first time. Each is written, and the next in its place where it was seen: whether it was
// is as good as chance, and a branch would cost more.
func (t *searcher) unseen(list []uint32) {
	n := len(t.slots)
	slots := slices.Grow(t.slots, len(list))[:n+len(list)]
	marks, present := t.seen.marks, t.seen.present
	for i := range list {
		link := atomic.LoadUint32(&list[i])
		if int(link) >= len(marks) {
			if link == none {
				break
			}
			t.seen.room(link)
			marks = t.seen.marks
		}
		slots[n] = link
		fresh := 0
		if marks[link] != present {
			fresh = 1
		}
		marks[link] = present
		n += fresh
	}
	t.slots = slots[:n]
}

// offer puts the listed slots into the beam.
func (t *searcher) offer(allowed []uint64) {
	if len(t.slots) == 0 {
		return
	}
	t.near = grown(t.near, len(t.slots))
	t.query.near(t.slots, t.near)
	for i, distance := range t.near {
		if distance > t.beam.farthest {
			continue // most of them
		}
		slot := t.slots[i]
		e := newEntry(distance, slot, 0)
		if !t.beam.takes(e) {
			continue
		}
		if !t.counts(slot) || !allows(allowed, slot) {
			e |= hidden
		}
		t.beam.put(e)
	}
}

// counts tells whether a slot is one that is looked for.
func (t *searcher) counts(slot uint32) bool {
	if t.building {
		return !t.g.dead.has(slot)
	}
	return t.g.alive.has(slot)
}

func allows(allowed []uint64, slot uint32) bool {
	return allowed == nil || int(slot>>6) < len(allowed) && allowed[slot>>6]>>(slot&63)&1 != 0
}
