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
