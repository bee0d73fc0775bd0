package lexical

import "sort"

// cursor walks through the postings of one term of a search, ever forward.
type cursor struct {
	list   list
	weight float64
	times  int // how often the query has the term

	chunk, at int    // the place of block among the sealed ones
	block     *block // nil at the end
	from      uint32 // no posting of the block is before it
	most      int64  // what a posting of the block adds at most
	bounded   bool   // whether most is known

	opened bool      // whether the block is in rest
	rest   []posting // of the block, those not passed
	room   [blockSize]posting
}

// start puts the cursor on the first block of its list.
func (c *cursor) start(weight float64) {
	c.weight = weight
	c.chunk, c.at, c.from, c.block = 0, 0, 0, nil
	c.show()
}

// show makes the block at the cursor's place the current one.
func (c *cursor) show() {
	c.bounded, c.opened = false, false
	switch {
	case c.list.sealed != nil && c.chunk < len(c.list.sealed.chunks):
		c.block = &c.list.sealed.chunks[c.chunk][c.at]
	case c.block != &c.list.tail && c.list.tail.n > 0:
		c.block = &c.list.tail
	default:
		c.block = nil
	}
}

// next goes on to the next block.
func (c *cursor) next() {
	c.from = c.block.last + 1
	if c.block != &c.list.tail {
		if c.at++; c.at == len(c.list.sealed.chunks[c.chunk]) {
			c.chunk, c.at = c.chunk+1, 0
		}
	}
	c.show()
}

// seek passes all postings before slot.
func (c *cursor) seek(slot uint32) {
	if c.block != nil && c.block.last < slot && c.block != &c.list.tail {
		c.leap(slot)
	}
	for c.block != nil && c.block.last < slot {
		c.next()
	}
	if c.block == nil {
		return
	}
	if !c.opened {
		c.from = max(c.from, slot)
		return
	}
	if n := len(c.rest); n > 8 && c.rest[7].slot < slot {
		at := sort.Search(n-8, func(i int) bool { return c.rest[i+8].slot >= slot })
		c.rest = c.rest[at+8:]
	}
	for len(c.rest) > 0 && c.rest[0].slot < slot {
		c.rest = c.rest[1:]
	}
}

// leap passes whole chunks that end before slot. The cursor must be among the
// sealed blocks.
func (c *cursor) leap(slot uint32) {
	chunks := c.list.sealed.chunks
	ahead := sort.Search(len(chunks)-c.chunk, func(i int) bool { return lastOf(chunks[c.chunk+i]) >= slot })
	if ahead > 0 {
		c.chunk, c.at = c.chunk+ahead, 0
		c.from = lastOf(chunks[c.chunk-1]) + 1
		c.show()
	}
}

// open unpacks the current block, once.
func (c *cursor) open() {
	if !c.opened {
		c.rest, c.opened = c.block.unpack(&c.room), true
		if c.from > 0 {
			c.seek(c.from)
		}
	}
}

// reaches goes to a slot and tells whether the list holds it.
func (c *cursor) reaches(slot uint32) bool {
	c.seek(slot)
	if c.block == nil || c.low() > slot {
		return false
	}
	c.open()
	return c.rest[0].slot == slot
}

// low gives a slot that no remaining posting is before.
func (c *cursor) low() uint32 {
	if c.opened && len(c.rest) > 0 {
		return c.rest[0].slot
	}
	return c.from
}

// bound gives what a posting up to a slot adds at most.
func (c *cursor) bound(s *scorer, upTo uint32) int64 {
	if c.block == nil || c.low() > upTo {
		return 0
	}
	if !c.bounded {
		c.most, c.bounded = s.bound(c.weight, c.block), true
	}
	most := c.most
	at, chunk, b := c.at, c.chunk, c.block
	for b.last < upTo && b != &c.list.tail {
		chunks := c.list.sealed.chunks
		if at++; at == len(chunks[chunk]) {
			chunk, at = chunk+1, 0
		}
		if chunk == len(chunks) {
			b = &c.list.tail
		} else {
			b = &chunks[chunk][at]
		}
		if b.n > 0 {
			most = max(most, s.bound(c.weight, b))
		}
	}
	return most
}
