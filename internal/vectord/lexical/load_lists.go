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
	room   [blockSize]posting
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
func (c *cutter) block(term uint32, end int64) (block, error) {
	n, size := int(c.sizes[0]), 0
	if n == 0 || n > blockSize {
		return block{}, unfit("has a block of %d postings", n)
	}
	if size = sound(c.data, n); size == 0 {
		return block{}, unfit("has a block that cannot be read")
	}
	b := block{data: c.data[:size:size], n: uint16(n)}
	c.sizes, c.data = c.sizes[1:], c.data[size:]
	postings := b.unpack(&c.room)
	b.n = 0
	var s sums
	for _, p := range postings {
		if int64(p.slot) <= end || p.length == 0 || p.tf > p.length {
			return block{}, unfit("has a posting that cannot be")
		}
		end = int64(p.slot)
		b.note(p)
		s.pairs += c.l.keys.ofPair(p.slot, term, p.length)
		s.words += c.l.keys.ofWords(p.slot, p.tf)
	}
	c.f.sums.add(s)
	return b, nil
}

// sound gives how many bytes so many postings take, or 0 where they cannot be read.
func sound(data []byte, postings int) int {
	at := 0
	for range postings {
		if rest := data[at:]; len(rest) > 1 && (rest[0]|rest[1]) < 0x80 && rest[1]&3 < manyTimes-1 {
			at += 2
			continue
		}
		step, n := binary.Uvarint(data[at:])
		if n <= 0 || step > math.MaxUint32 {
			return 0
		}
		at += n
		both, n := binary.Uvarint(data[at:])
		if n <= 0 || both>>2 > math.MaxUint32 {
			return 0
		}
		at += n
		if both&3 == manyTimes-1 {
			tf, n := binary.Uvarint(data[at:])
			if n <= 0 || tf < manyTimes || tf > math.MaxUint32 {
				return 0
			}
			at += n
		}
	}
	return at
}

func (l *loader) takeLists(f *frame) error {
	l.lists = append(l.lists, f.lists...)
	l.ofLists.add(f.sums)
	l.counts.terms += f.count
	l.counts.postings += f.total
	l.counts.blocks += f.bytes
	return nil
}
