package hnsw

import (
	"slices"
	"sync/atomic"
)

// Shrink repairs the graph, moves the last slots to where there is room and gives the
// memory behind them back. Before it calls moved, with where a slot was and where it
// is as well from now on, the new slot is not found; afterwards both may be, until
// Shrink returns. Put and Link wait while slots are moved, searches do not; whoever
// calls it lets nobody delete meanwhile. While a save is under way it does nothing but
// repair, and returns false.
func (g *Graph) Shrink(moved func(from, to uint32)) bool {
	g.Repair()
	g.repairing.Lock()
	defer g.repairing.Unlock()
	g.inserting.Lock()
	defer g.inserting.Unlock()
	if len(g.saving()) > 0 {
		return false
	}

	// Since nobody deletes, Repair has left no tombstones and nobody stranded.
	old := g.end.Load()
	end := old - uint32(len(g.free))
	slices.Sort(g.free)
	room := g.free
	to := make([]uint32, old-end) // of the slots from end on; none: nothing is there
	for _, slot := range room {
		if slot >= end {
			to[slot-end] = none
		}
	}
	for at := range to {
		if from := end + uint32(at); to[at] != none {
			to[at] = room[0]
			room = room[1:]
			g.move(from, to[at])
			moved(from, to[at])
			g.alive.set(to[at], g.alive.has(from))
			if g.queued.set(from, false) {
				g.queued.set(to[at], true)
				g.queue = append(g.queue, to[at])
			}
			g.setWaiting(to[at], g.waiting.has(from))
		}
	}
	g.relink(end, to)
	g.readers.wait()
	g.cut(end, old)
	g.readers.wait() // for whoever still is on a way through what goes now
	g.vectors.forget(end, old)
	g.links.forget(end, old)
	return true
}

// move copies a slot.
func (g *Graph) move(from, to uint32) {
	g.vectors.move(from, to)
	level := g.links.level(from)
	g.links.begin(to, level)
	for at := level; at >= 0; at-- {
		write(g.links.list(to, at), g.links.read(from, at, nil))
	}
	g.links.inDegree.data[to] = g.links.inDegree.data[from]
	g.links.uncounted.set(to, g.links.uncounted.has(from))
	g.dead.set(to, g.dead.has(from))
}

// relink lets all links lead to where slots were moved.
func (g *Graph) relink(end uint32, to []uint32) {
	for slot := range end {
		for level := g.links.level(slot); level >= 0; level-- {
			list := g.links.list(slot, level)
			for i, link := range list {
				if link == none {
					break
				}
				if link >= end {
					atomic.StoreUint32(&list[i], to[link-end])
				}
			}
		}
	}
	if slot, level, ok := g.entry(); ok && slot >= end {
		g.top.Store(entryAt(to[slot-end], level))
	}
}

// cut takes the slots from end on out of the graph.
func (g *Graph) cut(end, old uint32) {
	for slot := end; slot < old; slot++ {
		g.alive.set(slot, false)
		g.setWaiting(slot, false)
		g.dead.set(slot, false)
		g.links.end(slot)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free = nil
	g.end.Store(end)
}
