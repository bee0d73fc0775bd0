package hnsw

import (
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// saving is what a save writes: all but the vectors as it was when the save began, and the
// vectors where they are. Those of slots that were alive stay what they are until a repair
// lets the slots be used again: it puts them aside before.
type saving struct {
	head    saved
	parts   area[byte] // all but the vectors
	dead    bitset     // slots whose vectors do not count
	vectors *vectors

	mu    sync.Mutex // held while some vectors are read, and while one is put aside
	aside map[uint32]row
	bytes atomic.Int64 // of parts and aside
}

// save takes what a save writes. No repair is half done then, and Put and Link wait.
func (g *Graph) save(taken func()) (*saving, error) {
	g.repairing.Lock()
	defer g.repairing.Unlock()
	g.inserting.Lock()
	defer g.inserting.Unlock()
	defer taken()
	s, err := g.copied()
	if err == nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.saves = append(g.saves, s)
	}
	return s, err
}

// release lets go of what a save wrote.
func (g *Graph) release(s *saving) {
	g.mu.Lock()
	at := slices.Index(g.saves, s)
	g.saves = slices.Delete(slices.Clone(g.saves), at, at+1)
	g.mu.Unlock()
	s.parts.free()
}

// saving gives the saves that are under way.
func (g *Graph) saving() []*saving {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.saves[:len(g.saves):len(g.saves)]
}

// keep puts a slot's vector aside, before something else comes in its place.
func (s *saving) keep(slot uint32) {
	if slot >= s.head.End || s.dead.has(slot) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.aside[slot]; !there { // else what is in its place now is of no save's moment
		s.aside[slot] = s.vectors.row(slot).clone()
		s.bytes.Add(int64(s.vectors.bytes()) + perAside)
	}
}

// perAside is what a vector that was put aside takes beside itself.
const perAside = 200

// savedAtOnce is about how many bytes are written at a time.
const savedAtOnce = 256 << 10

// each writes so many bytes of each slot, which put appends.
func (s *saving) each(w io.Writer, size int, put func(to []byte, r row) []byte) error {
	rows := uint32(max(1, savedAtOnce/max(1, size)))
	buffer := make([]byte, 0, int(rows)*size)
	for from := uint32(0); from < s.head.End && size > 0; from += rows {
		buffer = buffer[:0]
		s.mu.Lock()
		for slot := from; slot < min(from+rows, s.head.End); slot++ {
			r, aside := s.aside[slot]
			if !aside {
				r = s.vectors.row(slot)
			}
			buffer = put(buffer, r)
		}
		s.mu.Unlock()
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}

// row is what there is of a vector, in place or a copy.
type row struct {
	floats       []float32
	upper, lower []uint8 // empty without codes
	scale, norm  float32
	sum          int32
}

// row gives a slot's in place.
func (v *vectors) row(slot uint32) row {
	r := row{floats: v.at(slot)}
	if v.half > 0 {
		r.upper, r.lower = v.upper.data[int(slot)*v.half:][:v.half], v.lower.data[int(slot)*v.half:][:v.half]
		r.scale, r.norm, r.sum = v.scales.data[slot], v.norms.data[slot], v.sums.data[slot]
	}
	return r
}

func (r row) clone() row {
	r.floats, r.upper, r.lower = slices.Clone(r.floats), slices.Clone(r.upper), slices.Clone(r.lower)
	return r
}
