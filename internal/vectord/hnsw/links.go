package hnsw

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// none ends a list of links, and is no slot.
const none = ^uint32(0)

// links are who is next to whom. In the lowest level each slot has room for 2M; the
// few slots that are in upper levels have a block of M for each of these.
//
// Lists are read without a lock, one link at a time: a reader may see some of the old
// and some of the new, which are slots to look at either way. Who changes a slot's
// lists holds its lock.
type links struct {
	m         int
	lowest    area[uint32] // 2m of each slot
	inDegree  area[int32]  // how many link to each slot in the lowest level
	uncounted bitset       // slots whose links do not count yet, since nothing leads to them
	apart     area[uint8]  // of each slot, so many of its lowest links are first, and apart: see prune; 0: not known
	levels    area[uint8]  // the highest of each slot
	blocks    area[uint32] // of each slot, where its upper lists begin, plus one; 0: none
	upper     area[uint32]
	locks     [256]sync.Mutex

	mu   sync.Mutex
	used uint32             // of upper
	free [maxLevel][]uint32 // blocks that nobody has any more, by their level
}

// maxLevel bounds the levels above the lowest one; with M = 4, one slot of 2^32 is in
// the 16th.
const maxLevel = 16

func newLinks(config Config) (*links, error) {
	l := &links{m: config.M}
	var errs [7]error
	l.lowest, errs[0] = reserve[uint32](config.MaxItems * 2 * l.m)
	l.blocks, errs[1] = reserve[uint32](config.MaxItems)
	// One slot in M has an upper list, and of these one in M a second; this is plenty.
	l.upper, errs[2] = reserve[uint32](config.MaxItems*2 + maxLevel*l.m*64)
	l.levels, errs[3] = reserve[uint8](config.MaxItems)
	l.inDegree, errs[4] = reserve[int32](config.MaxItems)
	l.apart, errs[5] = reserve[uint8](config.MaxItems)
	l.uncounted, errs[6] = newBitset(config.MaxItems)
	err := errors.Join(errs[:]...)
	if err != nil {
		l.release()
	}
	return l, err
}

func (l *links) release() {
	l.lowest.free()
	l.inDegree.free()
	l.apart.free()
	l.levels.free()
	l.blocks.free()
	l.upper.free()
	l.uncounted.free()
}

// list gives a slot's links in a level, in place: its elements are read and written
// atomically. It is nil where the slot is not in that level.
func (l *links) list(slot uint32, level int) []uint32 {
	if level == 0 {
		return l.lowest.data[int(slot)*2*l.m:][:2*l.m]
	}
	block := atomic.LoadUint32(&l.blocks.data[slot])
	if block == 0 || level > l.level(slot) {
		return nil
	}
	return l.upper.data[int(block-1)+(level-1)*l.m:][:l.m]
}

// touch reads a number of each cache line of some slots' lists in a level. These reads
// do not depend on each other, so that what is not in a cache comes at once, where one
// list after the other would be waited for.
func (l *links) touch(slots []uint32, level int) {
	const line = 64 / 4 // numbers in a cache line
	for _, slot := range slots {
		list := l.list(slot, level)
		for i := 0; i < len(list); i += line {
			atomic.LoadUint32(&list[i])
		}
	}
}

// read appends a slot's links in a level.
func (l *links) read(slot uint32, level int, to []uint32) []uint32 {
	list := l.list(slot, level)
	for i := range list {
		link := atomic.LoadUint32(&list[i])
		if link == none {
			break
		}
		to = append(to, link)
	}
	return to
}

// set replaces a slot's links in a level, and keeps count of who is linked to. The first
// so many are apart, or 0. The slot's lock is held.
func (l *links) set(slot uint32, level int, links []uint32, apart int) {
	list := l.list(slot, level)
	if level == 0 {
		l.apart.data[slot] = uint8(apart)
		if !l.uncounted.has(slot) {
			l.count(list, -1)
			l.count(links, 1)
		}
	}
	write(list, links)
}

// countLinks lets a slot's links count, once something leads to it.
func (l *links) countLinks(slot uint32) {
	lock := l.lock(slot)
	lock.Lock()
	defer lock.Unlock()
	if l.uncounted.set(slot, false) {
		l.count(l.list(slot, 0), 1)
	}
}

// count adds to the count of those that a list leads to.
func (l *links) count(list []uint32, n int32) {
	for _, link := range list {
		if link == none {
			return
		}
		atomic.AddInt32(&l.inDegree.data[link], n)
	}
}

// inDegreeAtMost tells whether no more than so many link to a slot.
func (l *links) inDegreeAtMost(slot uint32, than int32) bool {
	return atomic.LoadInt32(&l.inDegree.data[slot]) <= than
}

// add puts a link into a list that has room, and counts it. The slot's lock is held.
func (l *links) add(slot uint32, level int, link uint32) bool {
	list := l.list(slot, level)
	at := slices.Index(list, none)
	if at < 0 {
		return false
	}
	if level == 0 {
		l.apart.data[slot] = 0
		if !l.uncounted.has(slot) {
			l.count([]uint32{link}, 1)
		}
	}
	if at+1 < len(list) {
		atomic.StoreUint32(&list[at+1], none)
	}
	atomic.StoreUint32(&list[at], link)
	return true
}

// write replaces a list. Whoever reads it meanwhile may see some links twice or not,
// but no other ones.
func write(list, links []uint32) {
	if len(links) < len(list) {
		atomic.StoreUint32(&list[len(links)], none)
	}
	for i, link := range links {
		atomic.StoreUint32(&list[i], link)
	}
}

// forget gives the memory of slots back.
func (l *links) forget(from, to uint32) {
	l.lowest.forget(int(from)*2*l.m, int(to)*2*l.m)
	l.blocks.forget(int(from), int(to))
	l.inDegree.forget(int(from), int(to))
	l.apart.forget(int(from), int(to))
	l.levels.forget(int(from), int(to))
}

// lock gives the lock of a slot's lists.
func (l *links) lock(slot uint32) *sync.Mutex {
	return &l.locks[slot*0x9E3779B1>>24]
}

// begin gives a slot empty lists in the levels up to that one. It returns false
// where there is no room for the upper ones.
func (l *links) begin(slot uint32, level int) bool {
	block := uint32(0)
	if level > 0 {
		if block = l.block(level); block == 0 {
			return false
		}
	}
	l.levels.data[slot], l.apart.data[slot] = uint8(level), 0
	atomic.StoreInt32(&l.inDegree.data[slot], 0)
	l.uncounted.set(slot, true)
	atomic.StoreUint32(&l.blocks.data[slot], block)
	for at := 0; at <= level; at++ {
		write(l.list(slot, at), nil)
	}
	return true
}

// level gives the highest level that a slot is in.
func (l *links) level(slot uint32) int { return int(l.levels.data[slot]) }

// end takes a slot's lists away.
func (l *links) end(slot uint32) {
	level := l.level(slot)
	l.levels.data[slot] = 0
	write(l.list(slot, 0), nil)
	if block := atomic.SwapUint32(&l.blocks.data[slot], 0); block != 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free[level-1] = append(l.free[level-1], block)
	}
}

// block takes room for the lists of so many levels, and gives its place plus one.
func (l *links) block(level int) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if free := l.free[level-1]; len(free) > 0 {
		l.free[level-1] = free[:len(free)-1]
		return free[len(free)-1]
	}
	size := uint32(level * l.m)
	if int(l.used)+int(size) > len(l.upper.data) {
		return 0
	}
	l.used += size
	return l.used - size + 1
}
