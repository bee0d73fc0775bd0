package hnsw

import "math/bits"

// Search is what is asked for.
type Search struct {
	Vector []float32 // Config.Check lets it pass
	K      int       // how many
	// Ef is how many candidates are kept: the more, the more of the nearest are found,
	// and the longer it takes. 0 is the default, 100; one and a half K are taken at the
	// least, or K without codes.
	Ef int
	// Allowed, of which bit s%64 of number s/64 stands for slot s, narrows the
	// answer; slots beyond it are not allowed. nil allows all.
	Allowed []uint64
	Exact   bool // every slot is looked at
}

// Hit is a slot that was found.
type Hit struct {
	Slot     uint32
	Distance float32 // as Metric says, of the float32 vectors
}

const (
	defaultEf = 100
	maxEf     = 1 << 14
	// The codes lead to more than k, of which the float32 vectors choose: of what was
	// found on the way through the graph from so many on, and from more where all are
	// looked at, which is where many may be about as far.
	leastRescored = 32
	scanKeeps     = 256
)

// Search gives the nearest of the allowed slots, the nearest first: K of them, or all
// where there are fewer. It has to be called inside View, where its slots stay what
// they are.
func (g *Graph) Search(s Search) []Hit {
	t := g.searchers.Get().(*searcher)
	defer g.searchers.Put(t)
	used := g.used()
	k := min(s.K, used)
	if k <= 0 {
		return nil
	}
	t.query.setQuery(s.Vector)
	if s.Exact {
		return t.scan(s.Allowed, used, k, t.query.exact).best(k, k)
	}
	least, keep := k, k
	if !g.config.Float {
		least = k + k/2
		keep = max(least, leastRescored)
	}
	ef := s.Ef
	if ef == 0 {
		ef = defaultEf
	}
	t.findWaiting(s.Allowed)
	if !t.seek(max(ef, least), used, s.Allowed) || t.beam.answers < k {
		// Few match, or fewer were found than there may be: a narrow filter, deleted
		// slots or many equal vectors have cut the way.
		keep = max(scanKeeps, 4*k)
		t.scan(s.Allowed, used, keep, t.query.near)
	}
	return t.best(keep, k)
}

// Distances writes the distance of each of some slots, which Search gave or which are
// known to be in use, from a vector that Config.Check lets pass. It has to be called
// inside View.
func (g *Graph) Distances(vector []float32, slots []uint32, distances []float32) {
	t := g.searchers.Get().(*searcher)
	defer g.searchers.Put(t)
	t.query.setQuery(vector)
	t.query.exact(slots, distances)
}

// best gives the k nearest, by their float32 vectors, of the beam's first answers.
func (t *searcher) best(of, k int) []Hit {
	t.slots = t.slots[:0]
	for _, e := range t.beam.entries {
		if e&hidden == 0 && len(t.slots) < of {
			t.slots = append(t.slots, e.slot())
		}
	}
	t.dropFarther(k)
	t.near = grown(t.near, len(t.slots))
	t.query.exact(t.slots, t.near)
	t.sorted()
	hits := make([]Hit, min(k, len(t.entries)))
	for i := range hits {
		hits[i] = Hit{t.entries[i].slot(), t.entries[i].distance()}
	}
	return hits
}

// dropFarther leaves out of slots those that by their whole codes are farther than the
// k-th by more than codes can be off: to read a code costs a quarter of what reading a
// vector does.
func (t *searcher) dropFarther(k int) {
	if len(t.slots) <= k || t.query.v.half == 0 {
		return
	}
	t.near = grown(t.near, len(t.slots))
	t.query.close(t.slots, t.near)
	t.sorted()
	last := t.entries[k-1]
	t.slots = t.slots[:0]
	for _, e := range t.entries {
		if e.distance() <= last.distance()+t.query.doubt(last.slot())+t.query.doubt(e.slot()) {
			t.slots = append(t.slots, e.slot())
		}
	}
}

// sorted lists in entries the slots with their distances in near, the nearest first, and
// of equal ones the lower slot.
func (t *searcher) sorted() {
	t.entries = t.entries[:0]
	for i, slot := range t.slots {
		t.entries = append(t.entries, newEntry(t.near[i]+0, slot, 0)) // +0 has -0 equal 0
	}
	sortEntries(t.entries)
}

// scanned slots are compared at a time.
const scanned = 256

// scan fills the beam from every allowed slot.
func (t *searcher) scan(allowed []uint64, used, keep int, compare func([]uint32, []float32)) *searcher {
	t.beam.reset(keep)
	t.near = grown(t.near, scanned)
	t.slots = t.slots[:0]
	flush := func() {
		compare(t.slots, t.near)
		for i, slot := range t.slots {
			if e := newEntry(t.near[i], slot, 0); t.beam.takes(e) {
				t.beam.put(e)
			}
		}
		t.slots = t.slots[:0]
	}
	for at := range (used + 63) / 64 {
		word := t.g.alive.word(at)
		if allowed != nil {
			word &= wordOf(allowed, at)
		}
		for ; word != 0; word &= word - 1 {
			t.slots = append(t.slots, uint32(at*64+bits.TrailingZeros64(word)))
			if len(t.slots) == scanned {
				flush()
			}
		}
	}
	flush()
	return t
}
