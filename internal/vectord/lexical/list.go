package lexical

import (
	"slices"
	"sort"
	"unsafe"
)

// list is what is known of a term: its postings, in blocks. It is a value:
// methods give the changed list, and whoever holds the old one goes on reading
// it undisturbed, as long as only the newest list is changed. Most terms are in
// few texts and have a last block only.
type list struct {
	sealed *sealed
	tail   block // the block of the greatest slots, empty at times
	n      uint32
	bytes  uint32 // of blocks and chunks, beside the list itself
}

// sealed holds the blocks before the last one, in chunks, so that a change
// copies some headers and not all.
type sealed struct {
	chunks [][]block
}

const (
	chunkSize  = 32
	blockBytes = int(unsafe.Sizeof(block{}))
	chunkBytes = int(unsafe.Sizeof([]block{}))
)

func lastOf(blocks []block) uint32 { return blocks[len(blocks)-1].last }

// end gives the greatest slot of the sealed blocks.
func (s *sealed) end() (uint32, bool) {
	if s == nil || len(s.chunks) == 0 {
		return 0, false
	}
	return lastOf(s.chunks[len(s.chunks)-1]), true
}

// find gives the place of the first block that ends at slot or behind it. There
// must be one.
func (s *sealed) find(slot uint32) (chunk, at int) {
	chunk = sort.Search(len(s.chunks), func(i int) bool { return lastOf(s.chunks[i]) >= slot })
	blocks := s.chunks[chunk]
	return chunk, sort.Search(len(blocks), func(i int) bool { return blocks[i].last >= slot })
}

// insert adds a posting whose slot the list does not hold.
func (l list) insert(p posting) list {
	l.n++
	if end, some := l.sealed.end(); some && p.slot < end {
		chunk, at := l.sealed.find(p.slot)
		return l.replace(chunk, at, 1, inserted(&l.sealed.chunks[chunk][at], p))
	}
	if l.tail.n == 0 || p.slot > l.tail.last {
		if l.tail.n == blockSize {
			l = l.seal(l.tail.fitted()).withTail(block{})
		}
		return l.withTail(l.tail.with(p))
	}
	parts := inserted(&l.tail, p)
	if len(parts) == 2 {
		l = l.seal(parts[0])
	}
	return l.withTail(parts[len(parts)-1])
}

// inserted gives the one or two blocks that a block becomes with a posting more.
func inserted(b *block, p posting) []block {
	var room [blockSize]posting
	old := b.unpack(&room)
	at := sort.Search(len(old), func(i int) bool { return old[i].slot > p.slot })
	all := make([]posting, 0, blockSize+1)
	all = append(append(append(all, old[:at]...), p), old[at:]...)
	if len(all) <= blockSize {
		return []block{pack(all)}
	}
	half := len(all) / 2
	return []block{pack(all[:half]), pack(all[half:])}
}

// remove takes out the posting of a slot and gives it too. The list must hold
// one.
func (l list) remove(slot uint32) (list, posting) {
	l.n--
	if end, some := l.sealed.end(); some && slot <= end {
		chunk, at := l.sealed.find(slot)
		left, gone := removed(&l.sealed.chunks[chunk][at], slot)
		if left.n == 0 {
			return l.replace(chunk, at, 1, nil), gone
		}
		return l.replace(chunk, at, 1, []block{left}), gone
	}
	left, gone := removed(&l.tail, slot)
	return l.withTail(left), gone
}

// change puts a posting in the place of the one that the list holds for its
// slot: what removing and inserting it does, at half the cost.
func (l list) change(p posting) list {
	var room [blockSize]posting
	changed := func(b *block) block {
		all := b.unpack(&room)
		all[sort.Search(len(all), func(i int) bool { return all[i].slot >= p.slot })] = p
		return pack(all)
	}
	if end, some := l.sealed.end(); some && p.slot <= end {
		chunk, at := l.sealed.find(p.slot)
		return l.replace(chunk, at, 1, []block{changed(&l.sealed.chunks[chunk][at])})
	}
	return l.withTail(changed(&l.tail))
}

func removed(b *block, slot uint32) (block, posting) {
	var room [blockSize]posting
	all := b.unpack(&room)
	at := sort.Search(len(all), func(i int) bool { return all[i].slot >= slot })
	gone := all[at]
	left := slices.Delete(all, at, at+1)
	if len(left) == 0 {
		return block{}, gone
	}
	return pack(left), gone
}

func (l list) withTail(b block) list {
	l.bytes += uint32(cap(b.data)) - uint32(cap(l.tail.data))
	l.tail = b
	return l
}

// seal puts a block behind the sealed ones.
func (l list) seal(b block) list {
	if l.sealed == nil || len(l.sealed.chunks) == 0 {
		l.sealed = &sealed{chunks: [][]block{nil}}
		l.bytes += uint32(chunkBytes)
	}
	chunk := len(l.sealed.chunks) - 1
	return l.replace(chunk, len(l.sealed.chunks[chunk]), 0, []block{b})
}

// replace exchanges count blocks of a chunk for others, in copies of the chunk
// and of the list of chunks.
func (l list) replace(chunk, at, count int, by []block) list {
	old := l.sealed.chunks[chunk]
	blocks := make([]block, 0, len(old)-count+len(by))
	blocks = append(append(append(blocks, old[:at]...), by...), old[at+count:]...)
	var into [][]block
	switch n := len(blocks); {
	case n == 0:
	case n <= chunkSize:
		into = [][]block{blocks}
	case at == len(old): // growing at the end: full chunks stay behind
		into = [][]block{old, slices.Clone(by)}
	default:
		into = [][]block{slices.Clone(blocks[:n/2]), slices.Clone(blocks[n/2:])}
	}
	l.bytes -= sizeOf(old[at : at+count])
	l.bytes += sizeOf(by) + uint32(chunkBytes*len(into)) - uint32(chunkBytes)
	if len(into) == 0 && len(l.sealed.chunks) == 1 {
		l.sealed = nil
		return l
	}
	chunks := make([][]block, 0, len(l.sealed.chunks)-1+len(into))
	chunks = append(append(append(chunks, l.sealed.chunks[:chunk]...), into...), l.sealed.chunks[chunk+1:]...)
	l.sealed = &sealed{chunks: chunks}
	return l
}

// sizeOf gives the bytes that sealed blocks take, headers included.
func sizeOf(blocks []block) uint32 {
	n := 0
	for i := range blocks {
		n += blockBytes + cap(blocks[i].data)
	}
	return uint32(n)
}

// blocks gives how many sealed blocks there are.
func (s *sealed) blocks() int {
	n := 0
	if s != nil {
		for _, c := range s.chunks {
			n += len(c)
		}
	}
	return n
}

// packed gives the list in full blocks, or in the same ones where that would win little,
// each in memory of its own and without room to grow.
func (l list) packed() list {
	if n := l.sealed.blocks(); n == 0 || (n+1)*blockSize*3/4 <= int(l.n) {
		return l.moved()
	}
	var fresh list
	var room [blockSize]posting
	for _, blocks := range append(slices.Clone(l.sealed.chunks), []block{l.tail}) {
		for i := range blocks {
			for _, p := range blocks[i].unpack(&room) {
				fresh = fresh.insert(p)
			}
		}
	}
	return fresh.withTail(fresh.tail.fitted())
}

// moved gives the list with its blocks in memory of their own: those of a loaded list share
// theirs with others.
func (l list) moved() list {
	if l.sealed != nil {
		chunks := make([][]block, len(l.sealed.chunks))
		for i, blocks := range l.sealed.chunks {
			chunks[i] = slices.Clone(blocks)
			for at := range chunks[i] {
				chunks[i][at] = blocks[at].fitted()
			}
			l.bytes += sizeOf(chunks[i]) - sizeOf(blocks)
		}
		l.sealed = &sealed{chunks: chunks}
	}
	return l.withTail(l.tail.fitted())
}
