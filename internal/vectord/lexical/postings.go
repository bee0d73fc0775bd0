package lexical

import "encoding/binary"

// blockSize is how many postings a block holds at most: the step in which a
// search skips and a write rewrites.
const blockSize = 128

// posting says how often a term is in the text of a slot, and how many words
// that text has. The length is in each posting, a byte for most texts: a search
// then needs no other table, which a write could change meanwhile.
type posting struct {
	slot, tf, length uint32
}

// block is a run of postings in ascending order of slots, coded in bytes. What
// is within len(data) never changes; a list's last block grows behind it.
type block struct {
	data []byte
	last uint32 // the greatest slot
	most uint32 // the greatest tf
	n    uint16
	// The shortest texts that hold the term once, and more than once. Longer
	// ones than noLength are told as noLength.
	once, more uint16
}

const noLength = 1<<16 - 1

// manyTimes is from which tf on it is a number of its own; the length's two
// lowest bits tell those below. Few are above, so that reading branches seldom
// otherwise than the processor guesses.
const manyTimes = 4

// with gives the block with a posting behind all others. It may write behind
// b.data, so a block may be continued once only.
func (b block) with(p posting) block {
	prev := b.last
	if b.n == 0 {
		prev = 0
	}
	b.data = binary.AppendUvarint(b.data, uint64(p.slot-prev))
	b.data = binary.AppendUvarint(b.data, uint64(p.length)<<2|uint64(min(p.tf, manyTimes)-1))
	if p.tf >= manyTimes {
		b.data = binary.AppendUvarint(b.data, uint64(p.tf))
	}
	b.note(p)
	return b
}

// note counts a posting in that is behind all others in data.
func (b *block) note(p posting) {
	if b.n == 0 {
		b.once, b.more = noLength, noLength
	}
	if p.tf > 1 {
		b.more = min(b.more, uint16(min(p.length, noLength)))
	} else {
		b.once = min(b.once, uint16(min(p.length, noLength)))
	}
	b.last, b.most = p.slot, max(b.most, p.tf)
	b.n++
}

// pack gives the block of some postings, in memory of its own.
func pack(postings []posting) block {
	var room [blockSize * 4]byte
	b := block{data: room[:0]}
	for _, p := range postings {
		b = b.with(p)
	}
	return b.fitted()
}

// fitted gives the block in memory of its own, without room to grow.
func (b block) fitted() block {
	b.data = append(make([]byte, 0, len(b.data)), b.data...)
	return b
}

// unpack reads the block's postings. Most are two bytes, and are read as such
// first: this is where a search over frequent words spends its time.
func (b *block) unpack(into *[blockSize]posting) []posting {
	data, slot := b.data, uint32(0)
	out := into[:b.n]
	for i := range out {
		p := &out[i]
		if len(data) > 1 && (data[0]|data[1]) < 0x80 && data[1]&3 < manyTimes-1 {
			slot += uint32(data[0])
			p.slot, p.tf, p.length = slot, uint32(data[1]&3)+1, uint32(data[1]>>2)
			data = data[2:]
			continue
		}
		step, rest := number(data)
		slot += uint32(step)
		mixed, rest := number(rest)
		tf := mixed&3 + 1
		if tf == manyTimes {
			tf, rest = number(rest)
		}
		p.slot, p.tf, p.length = slot, uint32(tf), uint32(mixed>>2)
		data = rest
	}
	return out
}

// number is binary.Uvarint for bytes known to be sound, with the rest.
func number(data []byte) (uint64, []byte) {
	if v := data[0]; v < 0x80 {
		return uint64(v), data[1:]
	}
	if v := data[1]; v < 0x80 {
		return uint64(data[0]&0x7f) | uint64(v)<<7, data[2:]
	}
	v, n := binary.Uvarint(data)
	return v, data[n:]
}
