package hnsw

import (
	"encoding/binary"
	"fmt"
	"io"
	"unsafe"
)

// saved is the head of a saved graph, in the order of its fields, little endian.
type saved struct {
	Magic                         [8]byte
	Dimension, Metric, M, EfBuild uint32
	Float, End, Upper             uint32 // Upper counts the elements of upper lists
	Top                           uint64
	Seed                          uint64
}

var magic = [8]byte{'l', 'k', 'h', 'n', 's', 'w', 0, 2}

// Save writes the graph as it is when it begins. Slots keep their numbers. It waits for a
// repair that is under way; Repair, Shrink, Put and Link wait for it only while links are
// copied, 0.2 kB for each slot, which takes tens of milliseconds for a million. While it
// writes a repair copies the vectors that it takes away, and Shrink does nothing; nothing
// waits for the writer. What is deleted while links are copied may be in or not.
//
// The bytes are those of memory, without checksums: w is to add them. taken is called
// once, when what is saved is decided, also where nothing can be; it must not call the
// graph.
func (g *Graph) Save(w io.Writer, taken func()) error {
	s, err := g.save(taken)
	if err != nil {
		return err
	}
	defer g.release(s)
	if err := binary.Write(w, binary.LittleEndian, s.head); err != nil {
		return err
	}
	if _, err := w.Write(s.parts.bytes); err != nil {
		return err
	}
	if err := s.each(w, 4*g.config.Dimension, func(to []byte, r row) []byte { return append(to, raw(r.floats)...) }); err != nil {
		return err
	}
	return s.codes(w)
}

// copied copies all but the vectors.
func (g *Graph) copied() (*saving, error) {
	s := &saving{head: g.head(), vectors: g.vectors, aside: map[uint32]row{}}
	end := int(s.head.End)
	s.dead = g.dead.copied(end)
	for slot := range s.head.End {
		if !g.alive.has(slot) { // put and never shown: whoever did that does it again
			s.dead.set(slot, true)
		}
	}
	list := [][]byte{
		raw(s.dead.data), raw(g.waiting.copied(end).data), raw(g.links.levels.data[:end]), raw(g.links.blocks.data[:end]),
		raw(g.links.lowest.data[:end*2*g.config.M]), raw(g.links.upper.data[:s.head.Upper]),
	}
	size := 0
	for _, part := range list {
		size += len(part)
	}
	var err error
	if s.parts, err = reserve[byte](max(size, 1)); err != nil {
		return nil, err
	}
	s.parts.bytes = s.parts.bytes[:size]
	s.bytes.Store(int64(size))
	at := 0
	for _, part := range list {
		at += copy(s.parts.data[at:], part)
	}
	return s, nil
}

// head describes the graph as it is now.
func (g *Graph) head() saved {
	g.links.mu.Lock()
	defer g.links.mu.Unlock()
	head := saved{Magic: magic, Dimension: uint32(g.config.Dimension), Metric: uint32(g.config.Metric), M: uint32(g.config.M),
		EfBuild: uint32(g.config.EfConstruction), End: g.end.Load(), Upper: g.links.used, Top: g.top.Load(), Seed: g.config.Seed}
	if g.config.Float {
		head.Float = 1
	}
	return head
}

// raw gives the bytes of numbers as they are in memory.
func raw[T any](list []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), len(list)*int(unsafe.Sizeof(*new(T))))
}

// SavedError says why what is read is not a graph that was saved for this configuration.
type SavedError struct{ Reason string }

func (e *SavedError) Error() string { return "hnsw: the saved graph " + e.Reason }

// Load fills an empty graph with one that was saved with the same configuration,
// where seed, ef_construction and max_items may differ. It checks whatever could lead
// out of the graph's memory; that the numbers are those that were saved is for
// checksums. After an error the graph can only be closed.
func (g *Graph) Load(r io.Reader) error {
	var head saved
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil {
		return err
	}
	if err := g.fits(head); err != nil {
		return err
	}
	end := int(head.End)
	g.loading.Store(int64(end))
	for _, part := range [][]byte{
		raw(g.dead.data[:(end+63)/64]), raw(g.waiting.data[:(end+63)/64]), raw(g.links.levels.data[:end]), raw(g.links.blocks.data[:end]),
		raw(g.links.lowest.data[:end*2*g.config.M]), raw(g.links.upper.data[:head.Upper]),
		raw(g.vectors.floats.data[:end*g.config.Dimension]),
	} {
		if _, err := io.ReadFull(r, part); err != nil {
			return err
		}
	}
	if err := g.vectors.loadCodes(r, end); err != nil {
		return err
	}
	g.links.used = head.Upper
	if err := g.links.check(head.End, head.Top); err != nil {
		return err
	}
	g.end.Store(head.End)
	g.loading.Store(0)
	g.top.Store(head.Top)
	g.restore(head.End)
	g.gather(int(head.End))
	return nil
}

// fits tells whether a saved graph can be loaded into this one.
func (g *Graph) fits(head saved) error {
	mine := g.head()
	mine.End, mine.Upper, mine.Top, mine.Seed, mine.EfBuild = head.End, head.Upper, head.Top, head.Seed, head.EfBuild
	switch {
	case head.Magic != magic:
		return &SavedError{"is none, or one of another format"}
	case head != mine:
		return &SavedError{"has another dimension, metric, M or kind of code"}
	case int64(head.End) > int64(g.config.MaxItems):
		return &SavedError{fmt.Sprintf("has %d slots, and max_items is %d", head.End, g.config.MaxItems)}
	case int64(head.Upper) > int64(len(g.links.upper.data)):
		return &SavedError{"has more upper lists than there can be"}
	}
	return nil
}

// check holds every number that leads somewhere against where that is.
func (l *links) check(end uint32, top uint64) error {
	if slot, level := uint32(top)-1, top>>32; top != 0 && (slot >= end || level > maxLevel || int(level) > l.level(slot)) {
		return &SavedError{"begins at a slot that it does not have"}
	}
	for slot := range end {
		level, block := l.level(slot), l.blocks.data[slot]
		if level > maxLevel || (level > 0) != (block > 0) || level > 0 && int(block-1)+level*l.m > int(l.used) {
			return &SavedError{fmt.Sprintf("has no upper lists for slot %d", slot)}
		}
		for ; level >= 0; level-- {
			for _, link := range l.list(slot, level) {
				if link == none {
					break
				}
				if link >= end {
					return &SavedError{fmt.Sprintf("leads to slot %d, and has %d", link, end)}
				}
			}
		}
	}
	return nil
}

// restore makes again what is not saved: who is alive, who waits to be linked in, how
// many links lead to whom. Dead slots wait for a repair, whatever they did before.
func (g *Graph) restore(end uint32) {
	for slot := range end {
		if g.vectors.half > 0 {
			g.vectors.judge(slot, 1)
		}
		dead := g.dead.has(slot)
		waits := !dead && g.waiting.has(slot)
		g.alive.set(slot, !dead)
		g.waiting.set(slot, waits)
		g.queued.set(slot, waits)
		g.links.uncounted.set(slot, waits)
		switch {
		case dead:
			g.tombstones = append(g.tombstones, slot)
		case waits:
			g.waitingN.Add(1)
			g.queue = append(g.queue, slot)
			continue
		}
		g.links.count(g.links.list(slot, 0), 1)
	}
}
