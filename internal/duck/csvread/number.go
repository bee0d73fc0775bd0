package csvread

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/decimal"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// whole reads an integer.
func whole(b []byte) (int64, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var v uint64 // nineteen digits have room
	for _, c := range b {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + uint64(d)
	}
	switch {
	case negative && v <= 1<<63:
		return -int64(v), true
	case !negative && v < 1<<63:
		return int64(v), true
	}
	return 0, false
}

func whole32(b []byte) (int32, bool) {
	v, ok := whole(b)
	return int32(v), ok && v >= math.MinInt32 && v <= math.MaxInt32
}

func double(b []byte) (float64, bool) {
	if !digitsAndSigns(b) {
		return 0, false
	}
	v, err := strconv.ParseFloat(view(b), 64)
	return v, err == nil
}

func single(b []byte) (float32, bool) {
	if !digitsAndSigns(b) {
		return 0, false
	}
	v, err := strconv.ParseFloat(view(b), 32)
	return float32(v), err == nil
}

// digitsAndSigns reports what may be a number in decimal: strconv also reads words,
// hexadecimals, underscores and a plus before it.
func digitsAndSigns(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return false
		}
	}
	return len(b) > 0 && b[0] != '+'
}

// view gives bytes as a string, for as long as they stay as they are.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// narrowest is the most digits of a decimal that an int64 holds.
const narrowest = 18

// narrowDecimal reads decimals of up to eighteen digits, as so many units of their
// last place. What does not fit but for zeros at its end is none.
func narrowDecimal(precision, scale int) func([]byte) (decimal.Decimal64, bool) {
	var powers [narrowest + 1]uint64
	powers[0] = 1
	for i := range narrowest {
		powers[i+1] = powers[i] * 10
	}
	return func(b []byte) (decimal.Decimal64, bool) {
		negative := len(b) > 0 && b[0] == '-'
		if negative {
			b = b[1:]
		}
		if v, places, ok := shortDecimal(b); ok && places <= scale && v < powers[max(precision-scale+places, 0)] {
			if v *= powers[scale-places]; negative {
				return decimal.Decimal64(-int64(v)), true
			}
			return decimal.Decimal64(v), true
		}
		var v uint64
		places, digits := -1, 0 // behind the point, -1 before it; all that count
		for _, c := range b {
			d := c - '0'
			switch {
			case d > 9:
				if c != '.' || places >= 0 {
					return 0, false
				}
				places = 0
				continue
			case places < 0:
			case places < scale:
				places++
			case d != 0:
				return 0, false
			default:
				continue
			}
			v = v*10 + uint64(d)
			digits++
		}
		shift := scale - max(places, 0)
		if digits == 0 || digits > narrowest+1 || shift > precision || v >= powers[precision-shift] {
			return 0, false
		}
		if v *= powers[shift]; negative {
			return decimal.Decimal64(-int64(v)), true
		}
		return decimal.Decimal64(v), true
	}
}

// shortDecimal reads a decimal of one to eight bytes at once, and how many of its
// digits are behind the point. What it does not know is none.
func shortDecimal(b []byte) (v uint64, places int, ok bool) {
	n := len(b)
	if n == 0 || n > 8 || cap(b) < 8 {
		return 0, 0, false
	}
	const zeros, room = 0x3030303030303030, 0x7676767676767676 // up to 9
	keep := ^uint64(0) >> (64 - 8*n)
	x := (binary.LittleEndian.Uint64(b[:8]) ^ zeros) & keep
	if odd := ((x & low7) + room | x) & high1; odd != 0 {
		at := bits.TrailingZeros64(odd) &^ 7
		if odd&(odd-1) != 0 || x>>at&0xff != '.'^'0' || n == 1 {
			return 0, 0, false
		}
		before := uint64(1)<<at - 1
		x = x&before | x>>8&^before
		n--
		places = n - at/8
	}
	x <<= 64 - 8*n // zeros come before
	x = x * 2561 >> 8 & 0x00ff00ff00ff00ff
	x = x * 6553601 >> 16 & 0x0000ffff0000ffff
	return x * 42949672960001 >> 32, places, true
}

// wideDecimal reads decimals of up to 38 digits, as narrowDecimal does.
func wideDecimal(precision, scale int) func([]byte) (decimal128.Num, bool) {
	return func(b []byte) (decimal128.Num, bool) { return wide(b, precision, scale) }
}

func wide(b []byte, precision, scale int) (decimal128.Num, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	var high, low uint64
	kept, digits, fraction := 0, 0, -1 // kept are the digits that count, without leading zeros
	for _, c := range b {
		d := c - '0'
		switch {
		case d <= 9 && fraction < scale:
			if high, low = timesTen(high, low, uint64(d)); high|low != 0 {
				kept++
			}
			digits++
			if fraction >= 0 {
				fraction++
			}
		case c == '.' && fraction < 0:
			fraction = 0
		case d != 0:
			return decimal128.Num{}, false
		}
	}
	for fraction = max(fraction, 0); fraction < scale; fraction++ {
		if high, low = timesTen(high, low, 0); high|low != 0 {
			kept++
		}
	}
	v := decimal128.New(int64(high), low)
	if negative {
		v = v.Negate()
	}
	return v, digits > 0 && kept <= precision
}

// timesTen gives ten times a number of 128 bits, and d.
func timesTen(high, low, d uint64) (uint64, uint64) {
	over, product := bits.Mul64(low, 10)
	sum, carry := bits.Add64(product, d, 0)
	return high*10 + over + carry, sum
}
