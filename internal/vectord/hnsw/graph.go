package hnsw

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// ErrFull says that no slot is left: Config.MaxItems are in use, or wait for [Graph.Repair].
var ErrFull = errors.New("hnsw: the graph is full")

// Graph is the index. Its methods may be called by any number of goroutines at once,
// but for Close.
type Graph struct {
	config    Config
	vectors   *vectors
	links     *links
	alive     bitset // slots that searches answer with
	dead      bitset // slots that were deleted, and those that wait to be used again
	leaving   bitset // of the dead, the ones that a repair takes out
	waiting   bitset // slots that are not linked in yet
	waitingN  atomic.Int64
	queued    bitset // and of these, the ones that nobody is linking in
	readers   *epochs
	searchers sync.Pool

	// The slot that searches begin at, below, and the highest level, above; 0 for none:
	// the slot is kept plus one.
	top atomic.Uint64

	mu         sync.Mutex
	draw       *rand.Rand
	end        atomic.Uint32 // slots below it have been given out
	free       []uint32      // and these were taken back
	tombstones []uint32      // deleted, but still in the graph
	queue      []uint32      // that wait to be linked in
	saves      []*saving     // that are under way
	loading    atomic.Int64  // slots that Load fills

	stranded []uint32 // that were linked with deleted slots, since there were no others

	// Put and Link hold inserting to read, and a repair alone while it looks for another
	// entry, as a save does while it takes what it writes; repairing is for one of these
	// at a time. No save holds them while it writes.
	inserting sync.RWMutex
	repairing sync.Mutex
}

// New makes an empty graph. It holds address space until it is closed.
func New(config Config, kernels simd.Kernels) (*Graph, error) {
	config, err := config.Complete()
	if err != nil {
		return nil, err
	}
	g := &Graph{config: config, readers: newEpochs(), draw: rand.New(rand.NewPCG(config.Seed, uint64(config.Dimension)))}
	g.searchers.New = func() any {
		return &searcher{g: g, query: probe{v: g.vectors}, other: probe{v: g.vectors}}
	}
	if g.vectors, err = newVectors(config, kernels); err != nil {
		return nil, err
	}
	if g.links, err = newLinks(config); err != nil {
		g.vectors.free()
		return nil, err
	}
	for _, set := range g.sets() {
		if *set, err = newBitset(config.MaxItems); err != nil {
			g.Close()
			return nil, err
		}
	}
	return g, nil
}

// Close gives the memory back. Nobody may be inside the graph any more.
func (g *Graph) Close() {
	g.vectors.free()
	g.links.release()
	for _, set := range g.sets() {
		set.free()
	}
}

func (g *Graph) sets() []*bitset {
	return []*bitset{&g.alive, &g.dead, &g.leaving, &g.waiting, &g.queued}
}

// Config gives the configuration with its defaults.
func (g *Graph) Config() Config { return g.config }

// Room gives how many vectors can be put in before the graph is full.
func (g *Graph) Room() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.config.MaxItems - int(g.end.Load()) + len(g.free)
}

// View calls a function while no slot is given to another vector. It is for whoever
// searches and looks up what the slots stand for; it must not take long, and must not
// call Repair.
func (g *Graph) View(f func()) {
	entered := g.readers.enter()
	defer g.readers.leave(entered)
	f()
}

// Drain returns when everybody who is inside View when it is called has left. It must
// not be called inside View.
func (g *Graph) Drain() { g.readers.wait() }

// Alive tells whether searches answer with a slot.
func (g *Graph) Alive(slot uint32) bool { return slot < g.end.Load() && g.alive.has(slot) }

// Vector copies a slot's vector as it is kept: for Cosine, at length 1.
func (g *Graph) Vector(slot uint32) []float32 {
	return append([]float32(nil), g.vectors.at(slot)...)
}

// Stats tell how large a graph is.
type Stats struct {
	Alive      int   // slots that searches answer with
	Queued     int   // slots that Link has not linked in yet
	Tombstones int   // deleted slots that Repair has not taken out yet
	Free       int   // slots that Shrink could give back
	Saves      int   // that are under way: Shrink gives nothing back meanwhile
	Bytes      int64 // of memory: vectors, codes and links, also those that are being loaded
	Saving     int64 // of memory that saves hold beside them
}

// Stats counts.
func (g *Graph) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	end, tombstones := int(g.end.Load()), len(g.tombstones)
	saving := int64(0)
	for _, s := range g.saves {
		saving += s.bytes.Load()
	}
	g.links.mu.Lock()
	defer g.links.mu.Unlock()
	return Stats{
		Alive:      end - len(g.free) - tombstones,
		Queued:     int(g.waitingN.Load()),
		Tombstones: tombstones,
		Free:       len(g.free),
		Saves:      len(g.saves),
		Bytes:      g.bytesOf(max(int64(end), g.loading.Load()), g.links.used),
		Saving:     saving,
	}
}

// bytesOf is what so many slots take, and so many elements of upper lists.
func (g *Graph) bytesOf(slots int64, upper uint32) int64 {
	return slots*int64(g.vectors.bytes()+4*(2*g.config.M+2)+2) + 4*int64(upper)
}

// used is the number of slots that a search has to know.
func (g *Graph) used() int { return int(g.end.Load()) }

// entry gives the slot that searches begin at and its level.
func (g *Graph) entry() (slot uint32, level int, ok bool) {
	top := g.top.Load()
	return uint32(top) - 1, int(top >> 32), top != 0
}

// entryAt packs an entry as top holds it.
func entryAt(slot uint32, level int) uint64 { return uint64(level)<<32 | uint64(slot+1) }

// take gives out a slot, and draws its level: one in M is above the lowest, and so on.
func (g *Graph) take() (slot uint32, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	level := min(maxLevel, int(-math.Log(1-g.draw.Float64())/math.Log(float64(g.config.M))))
	switch n := len(g.free); {
	case n > 0:
		slot = g.free[n-1]
		g.free = g.free[:n-1]
		g.queued.set(slot, false) // a repair may have asked for it when it was deleted
		g.setWaiting(slot, false)
		g.dead.set(slot, false)
	case int(g.end.Load()) == g.config.MaxItems:
		return 0, ErrFull
	default:
		slot = g.end.Load()
		g.end.Store(slot + 1)
		if slot%gatherEach == 0 {
			g.gather(int(slot))
		}
	}
	if !g.links.begin(slot, level) {
		g.dead.set(slot, true)
		g.free = append(g.free, slot)
		return 0, ErrFull
	}
	return slot, nil
}

// gatherEach so many slots it is seen whether there are huge pages to be filled.
const gatherEach = 512

// gather moves what slots before end fill into huge pages.
func (g *Graph) gather(end int) {
	g.vectors.gather(end)
	g.links.lowest.gather(end * 2 * g.config.M)
}
