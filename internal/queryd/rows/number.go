package rows

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

func integers[T int8 | int16 | int32 | int64](values []T) cell {
	return func(dst []byte, row int) []byte { return strconv.AppendInt(dst, int64(values[row]), 10) }
}

func naturals[T uint8 | uint16 | uint32 | uint64](values []T) cell {
	return func(dst []byte, row int) []byte { return strconv.AppendUint(dst, uint64(values[row]), 10) }
}

// floats writes the fewest digits that read back as the same number.
func floats[T float32 | float64](values []T, size int, quote string) cell {
	return func(dst []byte, row int) []byte {
		f := float64(values[row])
		if size == 64 {
			if n, ok := shortDecimal(f); ok {
				return appendShort(dst, n)
			}
		}
		switch {
		case math.IsNaN(f):
			return append(append(append(dst, quote...), "NaN"...), quote...)
		case math.IsInf(f, 1):
			return append(append(append(dst, quote...), "Infinity"...), quote...)
		case math.IsInf(f, -1):
			return append(append(append(dst, quote...), "-Infinity"...), quote...)
		}
		format := byte('f')
		if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		return strconv.AppendFloat(dst, f, format, -1, size)
	}
}

// shortScale is the scale of a short decimal.
const shortScale = 10_000

// shortDecimal gives the number of ten-thousandths that f is, if it is the double
// nearest to one of at most 15 digits. Then no other decimal of so many digits
// reads back as f, and the shortest is that one without trailing zeros.
func shortDecimal(f float64) (n int64, ok bool) {
	const most = 1e15
	scaled := f * shortScale
	if !(math.Abs(scaled) < most) {
		return 0, false
	}
	n = int64(scaled + math.Copysign(0.5, scaled))
	return n, n != 0 && float64(n)/shortScale == f // and a zero may be negative
}

// appendShort writes n ten-thousandths.
func appendShort(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	whole, fraction := uint64(n)/shortScale, uint64(n)%shortScale
	dst = strconv.AppendUint(dst, whole, 10)
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.', '0'+byte(fraction/1000), '0'+byte(fraction/100%10), '0'+byte(fraction/10%10), '0'+byte(fraction%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func decimals(values []decimal128.Num, scale int32) cell {
	return func(dst []byte, row int) []byte { return appendDecimal(dst, values[row], int(scale)) }
}

// appendDecimal writes all 128 bits, so that a HUGEINT, which Arrow carries as a
// decimal of 38 digits and which may have 39, is exact too.
func appendDecimal(dst []byte, n decimal128.Num, scale int) []byte {
	high, low := uint64(n.HighBits()), n.LowBits()
	if n.HighBits() < 0 {
		dst = append(dst, '-')
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	if high == 0 && scale > 0 && low >= powerOfTen(scale) {
		return withPoint(strconv.AppendUint(dst, low, 10), scale)
	}
	var room [40]byte
	digits := appendUint128(room[:0], high, low)
	whole := len(digits) - scale
	switch {
	case scale == 0:
		return append(dst, digits...)
	case whole > 0:
		dst = append(append(dst, digits[:whole]...), '.')
		return append(dst, digits[whole:]...)
	}
	dst = append(dst, '0', '.')
	for ; whole < 0; whole++ {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// powerOfTen gives 10^n, or the largest integer where that is larger.
func powerOfTen(n int) uint64 {
	powers := [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}
	if n < len(powers) {
		return powers[n]
	}
	return math.MaxUint64
}

// withPoint puts a point before the last scale digits, of which there are more.
func withPoint(dst []byte, scale int) []byte {
	dst = append(dst, 0)
	last := len(dst) - 1
	for range scale {
		dst[last] = dst[last-1]
		last--
	}
	dst[last] = '.'
	return dst
}

// appendUint128 writes a number below 2^127 plus one.
func appendUint128(dst []byte, high, low uint64) []byte {
	if high == 0 {
		return strconv.AppendUint(dst, low, 10)
	}
	const chunk, chunkDigits = 1e19, 19
	quotient, rest := bits.Div64(high, low, chunk) // high < chunk, since the number is below 2^127 plus one
	dst = strconv.AppendUint(dst, quotient, 10)
	var tail [chunkDigits]byte
	for i := chunkDigits - 1; i >= 0; i-- {
		tail[i] = '0' + byte(rest%10)
		rest /= 10
	}
	return append(dst, tail[:]...)
}
