// Package csvindex finds the bytes of a CSV that its grammar turns on: delimiters,
// quotes and line ends. It branches on no byte, and uses the processor's vectors
// where they are: records of any shape are found equally fast.
//
// The method is that of G. Langdale and D. Lemire, "Parsing Gigabytes of JSON per
// Second" (VLDB Journal 28, 2019): compare a block at once, and walk the mask.
package csvindex

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	ones  = 0x0101010101010101

	blockSize = 64 // bytes that one mask tells of
)

// Append appends to marks the positions in buf[from:to] of every delimiter, quote,
// \n and \r, and reports whether those bytes are all ASCII and none is NUL, so that
// nothing in them needs a look as text. delim is ASCII, and no letter or digit.
func Append(marks []uint32, buf []byte, from, to int, delim byte) (_ []uint32, plain bool) {
	var masks [512]uint64 // of 32 KiB, which with their marks stay in cache
	plain = true
	at := from
	for blocks := (to - from) / blockSize; blocks > 0; blocks = (to - at) / blockSize {
		some := masks[:min(blocks, len(masks))]
		marks = slices.Grow(marks, len(some)*blockSize+blockSize)
		plain = markBlocks(some, buf[at:to], delim) && plain
		for _, m := range some {
			marks = appendMarks(marks, m, uint32(at))
			at += blockSize
		}
	}
	var rest [blockSize]byte
	for n := copy(rest[:], buf[at:to]); n < blockSize; n++ {
		rest[n] = 'x' // no letter is ever a delimiter
	}
	plain = markBlocks(masks[:1], rest[:], delim) && plain
	marks = slices.Grow(marks, 2*blockSize)
	return appendMarks(marks, masks[0], uint32(at)), plain
}

// appendMarks appends the positions of a mask's bits, counted from base. marks
// has room for 64 more. Eight are written whether they are there or not: a loop
// over the bits would be mispredicted at the end of each.
func appendMarks(marks []uint32, mask uint64, base uint32) []uint32 {
	n, count := len(marks), bits.OnesCount64(mask)
	for at := n; at < n+count; at += 8 {
		out := (*[8]uint32)(marks[at : at+8])
		for i := range out {
			out[i] = base + uint32(bits.TrailingZeros64(mask))
			mask &= mask - 1
		}
	}
	return marks[:n+count]
}

// markGo fills one mask for each block of buf: bit i is set where byte i is a
// delimiter, a quote, \n or \r. It reports whether buf's blocks hold only ASCII
// and no NUL.
func markGo(masks []uint64, buf []byte, delim byte) (plain bool) {
	d := ones * uint64(delim)
	odd := uint64(0)
	for k := range masks {
		block := buf[k*blockSize:][:blockSize]
		mask := uint64(0)
		for i := 0; i < blockSize; i += 8 {
			w := binary.LittleEndian.Uint64(block[i:])
			// A byte of t is 0x80 or more exactly where w differs from a special
			// byte in all four comparisons.
			a, b, c, e := w^d, w^(ones*'"'), w^(ones*'\n'), w^(ones*'\r')
			t := ((a & low7) + low7 | a) & ((b & low7) + low7 | b) &
				((c & low7) + low7 | c) & ((e & low7) + low7 | e)
			// The multiplication gathers the high bits of the bytes in one byte.
			mask |= (^t & high1) >> 7 * 0x0102040810204080 >> 56 << i
			odd |= w | ^(w&low7 + low7)
		}
		masks[k] = mask
	}
	return odd&high1 == 0
}
