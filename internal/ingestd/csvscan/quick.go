package csvscan

import (
	"encoding/binary"
	"math/bits"
)

// A column's values are nearly always written alike, and plainly. So what the
// last one was is tried first, by readers that look at eight bytes at a time and
// know the plainest values of their class only. They take no value for what
// classify would not; what they do not know they leave to it. They may read the
// bytes behind a value, up to its capacity, and make nothing of them.

// expectLike has values like the one just read tried first, unless such a value
// may not fit the column.
func (c *column) expectLike(k class) {
	switch {
	case k == integer || k == decimal:
		c.likely, c.room = decimal, digits{whole: 16, fraction: 16}
		if c.typed {
			c.room = c.want.room()
		}
	case c.typed && !c.fits.has(k):
		c.likely = text
	default:
		c.likely = k
	}
}

// room gives how many digits a number may have, on either side of the point, and
// certainly fit the type.
func (t icebergType) room() digits {
	switch t.kind {
	case kindInt:
		return digits{whole: 9}
	case kindLong:
		return digits{whole: 16}
	case kindDecimal:
		return digits{whole: t.precision - t.scale, fraction: t.scale}
	}
	return digits{whole: -1}
}

// observeLikely takes a value of the likely class, or reports false and leaves it.
func (c *column) observeLikely(b []byte) bool {
	ok := false
	switch c.likely {
	case decimal:
		return c.observePlainNumber(b)
	case boolLower:
		ok = string(b) == "true" || string(b) == "false"
	case isoDate:
		ok = len(b) == 10 && plainDate(b)
	case stampTMinutes:
		ok = len(b) == 16 && b[10] == 'T' && plainDate(b) && plainMinutes(b[11:])
	case stampMinutes:
		ok = len(b) == 16 && b[10] == ' ' && plainDate(b) && plainMinutes(b[11:])
	case stampTSeconds:
		ok = len(b) == 19 && b[10] == 'T' && plainDate(b) && plainSeconds(b[11:])
	case stampSeconds:
		ok = len(b) == 19 && b[10] == ' ' && plainDate(b) && plainSeconds(b[11:])
	}
	if ok {
		c.n[c.likely]++
	}
	return ok
}

// observePlainNumber takes integers and decimals of up to sixteen bytes.
func (c *column) observePlainNumber(b []byte) bool {
	if b[0] == '-' {
		if b = b[1:]; len(b) > 0 && b[0] == '0' {
			return false // perhaps a negative zero
		}
	}
	point, ok := onlyDigits(b)
	if !ok {
		return false
	}
	k, d := decimal, digits{whole: point, fraction: len(b) - point - 1}
	if point == len(b) {
		k, d.fraction = integer, 0
	} else if d.whole == 0 || d.fraction == 0 {
		return false
	}
	if b[0] == '0' {
		if d.whole > 1 {
			return false
		}
		d.whole = 0
	}
	if d.whole > c.room.whole || d.fraction > c.room.fraction {
		return false
	}
	c.n[k]++
	c.whole = max(c.whole, d.whole)
	c.fraction = max(c.fraction, d.fraction)
	return true
}

const (
	ones  = 0x0101010101010101
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080

	zeros8 = ones * '0'
)

// beyond marks with their high bit the bytes of x that are over 0x7f - add.
func beyond(x, add uint64) uint64 { return ((x & low7) + add | x) & high1 }

// onlyDigits reports one to sixteen digits among which one point may stand, and
// where: at len(b) when there is none.
func onlyDigits(b []byte) (point int, ok bool) {
	if cap(b) < 16 {
		return 0, false
	}
	n := len(b)
	w := b[:16]
	low := beyond(binary.LittleEndian.Uint64(w)^zeros8, ones*0x76)
	var high uint64
	switch {
	case n == 0 || n > 16:
		return 0, false
	case n <= 8:
		low &= ^uint64(0) >> (64 - 8*n)
	default:
		high = beyond(binary.LittleEndian.Uint64(w[8:])^zeros8, ones*0x76) & (^uint64(0) >> (128 - 8*n))
	}
	switch {
	case low|high == 0:
		return n, true
	case low == 0:
		point = 8 + bits.TrailingZeros64(high)>>3
	default:
		point = bits.TrailingZeros64(low) >> 3
	}
	once := low&(low-1) == 0 && high&(high-1) == 0 && (low == 0 || high == 0)
	return point, once && w[point] == '.'
}

// longestDay is the last day of a month in every year, by the month's number.
const longestDay = "\x00\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"

// plainDate reports a date as 2026-01-31 at the head of b, which has ten bytes
// or more. A leap day is one too, but needs the calendar.
func plainDate(b []byte) bool {
	const shape, room = 0x2d30302d30303030, 0x7f76767f76767676 // 0000-00-
	x := binary.LittleEndian.Uint64(b) ^ shape
	if beyond(x, room) != 0 || x&0xffffffff == 0 {
		return false
	}
	month := x>>40&0xff*10 + x>>48&0xff
	day, ok := twoDigits(b, 8)
	return ok && month < uint64(len(longestDay)) && day > 0 && day <= int(longestDay[month])
}

// plainSeconds reports 08:30:15, which are eight bytes.
func plainSeconds(b []byte) bool {
	const shape, room = 0x30303a30303a3030, 0x76767f76767f7676 // 00:00:00
	x := binary.LittleEndian.Uint64(b) ^ shape
	hour := x&0xff*10 + x>>8&0xff
	return beyond(x, room) == 0 && hour < 24 && x>>24&0xff < 6 && x>>48&0xff < 6
}

// plainMinutes reports 08:30.
func plainMinutes(b []byte) bool {
	h, ok1 := twoDigits(b, 0)
	m, ok2 := twoDigits(b, 3)
	return ok1 && ok2 && b[2] == ':' && h < 24 && m < 60
}
