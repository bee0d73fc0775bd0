package vector

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Vector is numbers that JSON writes as short as float32 needs, and reads without going
// through 64 bits.
type Vector []float32

// MarshalJSON writes the numbers. One that JSON has no form of is an error.
func (v Vector) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 2+12*len(v))
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
		return fmt.Errorf("a vector is an array of numbers, and not %.20s", raw)
	}
	list := (*v)[:0]
	if list == nil {
		list = make([]float32, 0, len(raw)/10+1) // a number takes about so much
	}
	for at := 1; ; at++ {
		for space(raw[at]) {
			at++
		}
		f, length := float(raw[at:])
		if length > 0 {
			list = append(list, f)
		}
		end := at + length
		for at = end; space(raw[at]); {
			at++
		}
		switch raw[at] {
		case ',':
		case ']':
			*v = list
			return nil
		default:
			return fmt.Errorf("a vector is an array of numbers, and %.20s is none", raw[end:])
		}
	}
}

// float reads the number that text begins with, in JSON's grammar, which was checked:
// its value and its length, 0 where there is none. Something follows the number.
func float(text []byte) (value float32, length int) {
	at, negative := 0, text[0] == '-'
	if negative {
		at++
	}
	var digits uint64
	exponent, point := 0, -1
	begin := at
	for ; ; at++ {
		c := text[at]
		if c-'0' <= 9 {
			digits = digits*10 + uint64(c-'0')
		} else if c == '.' {
			point = at
		} else {
			break
		}
	}
	if at == begin {
		return 0, 0
	}
	if point >= 0 {
		exponent = point + 1 - at
	}
	many := at-begin > 18 // digits may have overflown
	if text[at]|0x20 == 'e' {
		power, length := integer(text[at+1:])
		at, exponent = at+1+length, exponent+power
	}
	if value, ok := scaled(digits, exponent); ok && !many {
		if negative {
			value = -value
		}
		return value, at
	}
	slow, _ := strconv.ParseFloat(string(text[:at]), 32) // infinite where it is out of range
	return float32(slow), at
}

// integer reads an exponent; one of many digits is as far out as one of five.
func integer(text []byte) (value, length int) {
	negative := text[0] == '-'
	if negative || text[0] == '+' {
		length++
	}
	for ; text[length]-'0' <= 9; length++ {
		if value < 10_000 {
			value = value*10 + int(text[length]-'0')
		}
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
