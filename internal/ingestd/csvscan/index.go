package csvscan

import (
	"encoding/binary"
	"math/bits"
)

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	ones  = 0x0101010101010101
)

// index appends to marks the positions in buf[from:to] of every delimiter,
// quote, \n and \r. It looks at eight bytes at a time and branches on none of
// them, which is what makes records of any shape equally fast to split.
func index(marks []uint32, buf []byte, from, to int, delim byte) []uint32 {
	need := len(marks) + (to - from) + 8
	if cap(marks) < need {
		marks = append(make([]uint32, 0, need), marks...)
	}
	out := marks[:need]
	n := len(marks)
	d := ones * uint64(delim)
	i := from
	for ; i+8 <= to; i += 8 {
		w := binary.LittleEndian.Uint64(buf[i:])
		// A byte of t is 0x80 or more exactly where w differs from a special
		// byte in all four comparisons.
		a, b, c, e := w^d, w^(ones*'"'), w^(ones*'\n'), w^(ones*'\r')
		t := ((a & low7) + low7 | a) & ((b & low7) + low7 | b) &
			((c & low7) + low7 | c) & ((e & low7) + low7 | e)
		for t = ^t & high1; t != 0; t &= t - 1 {
			out[n] = uint32(i + bits.TrailingZeros64(t)>>3)
			n++
		}
	}
	for ; i < to; i++ {
		if c := buf[i]; c == delim || c == '"' || c == '\n' || c == '\r' {
			out[n] = uint32(i)
			n++
		}
	}
	return out[:n]
}

// plain reports that b holds only ASCII and no NUL, so that nothing in it
// needs a look as text.
func plain(b []byte) bool {
	for len(b) >= 32 {
		w0, w1 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
		// With the high bits clear, w + 0x7f… sets the high bit of every byte
		// that is not NUL.
		nonNUL := (w0&low7 + low7) & (w1&low7 + low7) & (w2&low7 + low7) & (w3&low7 + low7)
		if (w0|w1|w2|w3|^nonNUL)&high1 != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}
