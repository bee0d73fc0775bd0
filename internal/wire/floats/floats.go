// Package floats is vectors of float32 as JSON has them: written as short as float32 needs,
// and read at the speed at which bytes arrive, one or many on all processors. It promises
// the float32 that is nearest to what was written, and JSON's grammar to the letter.
package floats

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"strconv"
)

// Vector is numbers that JSON writes as short as float32 needs, and reads without going
// through 64 bits.
type Vector []float32

// MarshalJSON writes the numbers. One that JSON has no form of is an error.
func (v Vector) MarshalJSON() ([]byte, error) { return v.AppendJSON(make([]byte, 0, 2+12*len(v))) }

// AppendJSON does so behind other text.
func (v Vector) AppendJSON(out []byte) ([]byte, error) {
	out = append(out, '[')
	for i, f := range v {
		if i > 0 {
			out = append(out, ',')
		}
		if f64 := float64(f); math.IsNaN(f64) || math.IsInf(f64, 0) {
			return nil, &json.UnsupportedValueError{Str: fmt.Sprint(f)}
		}
		out = strconv.AppendFloat(out, float64(f), 'g', -1, 32)
	}
	return append(out, ']'), nil
}

// UnmarshalJSON reads an array of numbers. One that float32 cannot hold becomes infinite,
// which vectord refuses by the name of its item.
func (v *Vector) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*v = nil
		return nil
	}
	if raw[0] != '[' {
		return fmt.Errorf("a vector is an array of numbers, and not %s", kind(raw[0]))
	}
	list := (*v)[:0]
	if list == nil {
		list = make([]float32, 0, count(raw))
	}
	list, length, ok := numbers(raw, list)
	if !ok {
		at := bytes.Count(raw[:length], []byte{','}) + 1
		return fmt.Errorf("a vector is an array of numbers, and number %d of it is %s", at, kind(raw[length]))
	}
	*v = list
	return nil
}

// count is how many numbers an array has, if it is one of numbers.
func count(array []byte) int { return min(bytes.Count(array, []byte{','}), len(array)/2) + 1 }

// numbers appends those of the array that text begins with, and gives its length; or, if
// it is none of numbers, where what is none begins. Text ends with a bracket or a brace.
func numbers(text []byte, list Vector) (_ Vector, length int, ok bool) {
	at := skip(text, 1)
	if text[at] == ']' {
		return list, at + 1, true
	}
	for {
		f, length := float(text[at:])
		if length == 0 {
			return list, at, false
		}
		list = append(list, f)
		end := at + length
		switch at = skip(text, end); text[at] {
		case ',':
			at = skip(text, at+1)
		case ']':
			return list, at + 1, true
		default:
			return list, end, false
		}
	}
}

// kind says what a value is that begins so. What it says may be somebody's text, and is not
// shown.
func kind(first byte) string {
	switch first {
	case '"':
		return "a text"
	case '[':
		return "an array"
	case '{':
		return "an object"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// skip gives the place of the next byte that is no space.
func skip(text []byte, at int) int {
	for space(text[at]) {
		at++
	}
	return at
}

// float reads the number that text begins with, in JSON's grammar: its value and its
// length, 0 where there is none. Something follows the number.
func float(text []byte) (value float32, length int) {
	begin := 0
	if text[0] == '-' {
		begin = 1
	}
	digits, at := run(text, begin, 0)
	if at == begin || text[begin] == '0' && at > begin+1 {
		return 0, 0
	}
	exponent := 0
	if text[at] == '.' {
		point := at + 1
		if digits, at = fraction(text, point, digits); at == point {
			return 0, 0
		}
		exponent = point - at
	}
	many := at-begin > 18 // digits may have overflown
	if text[at]|0x20 == 'e' {
		power, length := integer(text[at+1:])
		if length == 0 {
			return 0, 0
		}
		at, exponent = at+1+length, exponent+power
	}
	if value, ok := scaled(digits, exponent); ok && !many {
		return math.Float32frombits(math.Float32bits(value) | uint32(begin)<<31), at
	}
	slow, _ := strconv.ParseFloat(string(text[:at]), 32) // infinite where it is out of range
	return float32(slow), at
}

// run reads digits behind others.
func run(text []byte, at int, before uint64) (digits uint64, end int) {
	for digits = before; text[at]-'0' <= 9; at++ {
		digits = digits*10 + uint64(text[at]-'0')
	}
	return digits, at
}

// fraction does the same where many digits are likely. Up to sixteen are read without
// asking of each whether it is one: how long numbers are no processor can guess.
func fraction(text []byte, at int, before uint64) (digits uint64, end int) {
	if at+16 > len(text) {
		return run(text, at, before)
	}
	first, n := eight(binary.LittleEndian.Uint64(text[at:]))
	second, m := eight(binary.LittleEndian.Uint64(text[at+8:]))
	whole := n / 8 // 1 where the second go on from the first, and else 0
	second, m = second*uint64(whole), m*whole
	return run(text, at+n+m, (before*tens[n]+first)*tens[m]+second)
}

// eight reads the digits that eight bytes begin with, the first in the lowest place, and
// tells how many there are. Neighbours are joined to pairs, these to fours, and these to
// the whole, side by side in one word (Lemire, "Quickly parsing eight digits", 2018).
func eight(text uint64) (number uint64, digits int) {
	const zeros, aboveNine, high = 0x3030303030303030, 0x7676767676767676, 0x8080808080808080
	text ^= zeros // a digit is its value now
	digits = bits.TrailingZeros64((text+aboveNine|text)&high) / 8
	text <<= 8 * (8 - digits) // zeros in front, in place of what follows
	pairs := text * (1 + 10<<8) >> 8 & 0x00ff00ff00ff00ff
	fours := pairs * (1 + 100<<16) >> 16 & 0x0000ffff0000ffff
	return fours * (1 + 10_000<<32) >> 32, digits
}

// tens are powers of ten.
var tens = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// integer reads an exponent; one of many digits is as far out as one of five. The length
// is 0 where there is none.
func integer(text []byte) (value, length int) {
	negative := text[0] == '-'
	if negative || text[0] == '+' {
		length++
	}
	sign := length
	for ; text[length]-'0' <= 9; length++ {
		if value < 10_000 {
			value = value*10 + int(text[length]-'0')
		}
	}
	if length == sign {
		return 0, 0
	}
	if negative {
		value = -value
	}
	return value, length
}

// scaled gives digits * 10^exponent where float64 comes near enough to say what float32
// is nearest (Clinger, "How to Read Floating Point Numbers Accurately", 1990): both
// factors are exact there, so the result is off by half a unit of float64 at most, and
// that matters only where it lies as close as that to the middle of two float32.
func scaled(digits uint64, exponent int) (value float32, ok bool) {
	const most = len(powers) - 1
	if digits >= 1<<53 || exponent < -most || exponent > most {
		return 0, false
	}
	wide := float64(digits)
	if exponent < 0 {
		wide /= powers[-exponent]
	} else {
		wide *= powers[exponent]
	}
	const cut, middle = 1<<29 - 1, 1 << 28 // of the bits that float32 does not have
	rest := math.Float64bits(wide) & cut
	if rest >= middle-1 && rest <= middle+1 || wide > math.MaxFloat32 || wide < 0x1p-126 && digits != 0 {
		return 0, false
	}
	return float32(wide), true
}

// powers of ten that float64 holds exactly.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
