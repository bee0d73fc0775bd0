package lexical

import (
	"encoding/binary"
	"math"
)

func (l *loader) nextLists(f *frame, blocks, bytes int) error {
	if blocks < f.count || blocks > bytes {
		return unfit("claims lists that cannot be")
	}
	return l.read(f, 4*f.count+blocks, bytes)
}

// cutLists makes lists of a frame. Their headers share memory too.
func (l *loader) cutLists(f *frame) error {
	c := cutter{l: l, f: f, sizes: f.columns[4*f.count:], data: f.body}
	blocks := len(c.sizes)
	c.blocks = make([]block, 0, blocks-f.count)
	f.lists = make([]list, f.count)
	for i := range f.lists {
		n := int(binary.LittleEndian.Uint32(f.columns[4*i:]))
		if n == 0 || n > len(c.sizes) || n-1 > cap(c.blocks)-len(c.blocks) {
			return unfit("has a list of too many blocks")
		}
		if err := c.list(&f.lists[i], uint32(f.first+i), n); err != nil {
			return err
		}
	}
	if len(c.sizes) > 0 || len(c.data) > 0 {
		return unfit("has more than its lists")
	}
	f.columns, f.body = nil, nil
	return nil
}

// cutter gives the lists of a frame their blocks.
type cutter struct {
	l      *loader
	f      *frame
	sizes  []byte // of the blocks that are left, in postings
	data   []byte
	blocks []block
}

// list makes a list of the next n blocks: the last one is its tail.
func (c *cutter) list(into *list, term uint32, n int) error {
	begin := len(c.blocks)
	end := int64(-1) // the greatest slot so far
	for i := range n {
		b, err := c.block(term, end)
		if err != nil {
			return err
		}
		into.n, end = into.n+uint32(b.n), int64(b.last)
		if i < n-1 {
			c.blocks = append(c.blocks, b)
		} else {
			into.tail = b
		}
	}
	into.bytes = uint32(cap(into.tail.data))
	if left := c.blocks[begin:len(c.blocks):len(c.blocks)]; len(left) > 0 {
		chunks := make([][]block, 0, (len(left)+chunkSize-1)/chunkSize)
		for ; len(left) > chunkSize; left = left[chunkSize:] {
			chunks = append(chunks, left[:chunkSize:chunkSize])
		}
		into.sealed = &sealed{chunks: append(chunks, left)}
		into.bytes += sizeOf(c.blocks[begin:]) + uint32(chunkBytes*len(into.sealed.chunks))
	}
	c.f.total += int64(into.n)
	c.f.bytes += int64(into.bytes)
	return nil
}

// block reads the next block of a term's list, whose slots are greater than end.
func (c *cutter) block(term uint32, end int64) (b block, err error) {
	n, data := int(c.sizes[0]), c.data
	if n == 0 || n > blockSize {
		return b, unfit("has a block of %d postings", n)
	}
	var s sums
	slot := int64(0)
	for range n {
		step, both, tf, rest := checkedPosting(data)
		slot += int64(step)
		length := both >> 2
		if len(rest) == len(data) || step > math.MaxUint32 || slot <= end || slot > math.MaxUint32 || length > math.MaxUint32 || tf > length {
			return b, unfit("has a posting that cannot be")
		}
		data, end = rest, slot
		p := posting{uint32(slot), uint32(tf), uint32(length)}
		b.note(p)
		s.pairs += c.l.keys.ofPair(p.slot, term, p.length)
		s.words += c.l.keys.ofWords(p.slot, p.tf)
	}
	size := len(c.data) - len(data)
	b.data = c.data[:size:size]
	c.sizes, c.data = c.sizes[1:], data
	c.f.sums.add(s)
	return b, nil
}

// checkedPosting reads the numbers of a posting as [block.unpack] does, from bytes that may not
// be sound: then it leaves them.
func checkedPosting(data []byte) (step, both, tf uint64, rest []byte) {
	step, rest = checked(data)
	if len(rest) == len(data) {
		return 0, 0, 0, data
	}
	left := len(rest)
	if both, rest = checked(rest); len(rest) == left {
		return 0, 0, 0, data
	}
	if tf = both&3 + 1; tf < manyTimes {
		return step, both, tf, rest
	}
	left = len(rest)
	if tf, rest = checked(rest); len(rest) == left || tf < manyTimes {
		return 0, 0, 0, data
	}
	return step, both, tf, rest
}

func (l *loader) takeLists(f *frame) error {
	l.lists = append(l.lists, f.lists...)
	l.ofLists.add(f.sums)
	l.counts.terms += f.count
	l.counts.postings += f.total
	l.counts.blocks += f.bytes
	l.tell()
	return nil
}
