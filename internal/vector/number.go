package vector

import (
	"encoding/json"
	"errors"
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
	*v = (*v)[:0]
	for at := 1; ; at++ {
		for space(raw[at]) {
			at++
		}
		end := at
		for raw[end] != ',' && raw[end] != ']' && !space(raw[end]) {
			end++
		}
		if end > at {
			f, err := strconv.ParseFloat(string(raw[at:end]), 32)
			if err != nil && !errors.Is(err, strconv.ErrRange) {
				return fmt.Errorf("a vector is an array of numbers, and %.20s is none", raw[at:end])
			}
			*v = append(*v, float32(f))
		}
		for at = end; space(raw[at]); {
			at++
		}
		switch raw[at] {
		case ',':
		case ']':
			return nil
		default: // a string or an array with a blank in it
			return fmt.Errorf("a vector is an array of numbers, and %.20s is none", raw[end-1:])
		}
	}
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
