package csvread

import (
	"encoding/binary"
	"time"
)

// Dates and times are read in the shapes of ISO 8601 that package csvscan takes:
// 2026-01-31, 08:30, 08:30:15.123456, the two with a T or a blank between, and an
// offset of Z, +02, +0200 or +02:00.

const (
	second = int64(time.Second / time.Microsecond)
	day    = 86_400 * second
)

// dates makes a reader of days, as days since 1970.
func dates() func([]byte) (int32, bool) {
	var days calendar
	return func(b []byte) (int32, bool) {
		if len(b) != 10 {
			return 0, false
		}
		return days.at(b)
	}
}

// calendar reads days, and remembers the month of the last one: most that follow each
// other are of the same.
type calendar struct {
	month  uint64 // its text, 2026-01-
	before int32  // the day before it
	length int    // its days
}

// at reads the day at the head of b, which has ten bytes or more.
func (c *calendar) at(b []byte) (int32, bool) {
	if month := binary.LittleEndian.Uint64(b); month != c.month && !c.turn(month) {
		return 0, false
	}
	dom, ok := two(b, 8)
	return c.before + int32(dom), ok && dom >= 1 && dom <= c.length
}

// turn goes to another month.
func (c *calendar) turn(text uint64) bool {
	const shape, room = 0x2d30302d30303030, 0x7f76767f76767676 // 0000-00-
	x := text ^ shape
	if ((x&low7)+room|x)&high1 != 0 {
		return false
	}
	year := x&0xff*1000 + x>>8&0xff*100 + x>>16&0xff*10 + x>>24&0xff
	month := x>>40&0xff*10 + x>>48&0xff
	if year < 1 || month < 1 || month > 12 {
		return false
	}
	*c = calendar{month: text, before: daysSince1970(year, month), length: daysIn(year, month)}
	return true
}

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
)

func daysIn(year, month uint64) int {
	if month == 2 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return 28
	}
	return int("\x00\x1f\x1d\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"[month])
}

// daysSince1970 gives the day before the first of a month, by years that begin in
// March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"), for the years 0
// to 9999.
func daysSince1970(year, month uint64) int32 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	year += 400 // year 0 begins in the one before it
	return int32(year*365+year/4-year/100+year/400+(153*month-457)/5) - 719_469 - 146_097
}

// clock reads a time of day, as microseconds since midnight.
func clock(b []byte) (int64, bool) {
	if len(b) < 5 || b[2] != ':' {
		return 0, false
	}
	hour, ok1 := two(b, 0)
	minute, ok2 := two(b, 3)
	if !(ok1 && ok2) || hour > 23 || minute > 59 {
		return 0, false
	}
	t := int64(hour*60+minute) * 60 * second
	if len(b) == 5 {
		return t, true
	}
	if len(b) < 8 || b[5] != ':' {
		return 0, false
	}
	s, ok := two(b, 6)
	t += int64(s) * second
	if !ok || s > 59 || len(b) == 8 {
		return t, ok && s <= 59
	}
	micros, ok := fraction(b[8:])
	return t + micros, ok
}

// fraction reads a point and one to six digits, as microseconds.
func fraction(b []byte) (micros int64, ok bool) {
	if len(b) < 2 || len(b) > 7 || b[0] != '.' {
		return 0, false
	}
	unit := second
	for _, c := range b[1:] {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		unit /= 10
		micros += int64(d) * unit
	}
	return micros, true
}

// timestamps makes a reader of days with a time of day, as microseconds since 1970.
func timestamps() func([]byte) (int64, bool) {
	var days calendar
	return days.timestamp
}

func (c *calendar) timestamp(b []byte) (int64, bool) {
	if len(b) < 16 || b[10] != 'T' && b[10] != ' ' {
		return 0, false
	}
	days, ok1 := c.at(b)
	t, ok2 := clock(b[11:])
	return int64(days)*day + t, ok1 && ok2
}

// instants makes a reader of timestamps with their offset from UTC.
func instants() func([]byte) (int64, bool) {
	var days calendar
	return func(b []byte) (int64, bool) {
		for i := len(b) - 1; i > 16 && i >= len(b)-6; i-- {
			if c := b[i]; c == 'Z' || c == '+' || c == '-' {
				t, ok1 := days.timestamp(b[:i])
				offset, ok2 := offset(b[i:])
				return t - offset, ok1 && ok2
			}
		}
		return 0, false
	}
}

// offset reads Z, +02, +0200 or +02:00, up to 14:59, as microseconds.
func offset(b []byte) (int64, bool) {
	if string(b) == "Z" {
		return 0, true
	}
	hours, minutes, ok1, ok2 := 0, 0, false, true
	switch len(b) {
	case 3:
		hours, ok1 = two(b, 1)
	case 5:
		hours, ok1 = two(b, 1)
		minutes, ok2 = two(b, 3)
	case 6:
		hours, ok1 = two(b, 1)
		minutes, ok2 = two(b, 4)
		ok2 = ok2 && b[3] == ':'
	}
	t := int64(hours*60+minutes) * 60 * second
	if b[0] == '-' {
		t = -t
	}
	return t, ok1 && ok2 && hours <= 14 && minutes <= 59
}

// two reads two digits at b[i].
func two(b []byte, i int) (int, bool) {
	tens, ones := b[i]-'0', b[i+1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}
