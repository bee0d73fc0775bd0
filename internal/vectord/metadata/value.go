package metadata

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// value is a scalar: false, true, a number or a text. Numbers without a fraction are
// whole ones, however they were written, where 64 bits hold them; so a number has one value.
type value struct {
	kind  kind
	whole int64 // a whole number; 0 or 1 of a boolean
	float float64
	text  string
}

type kind uint8

const (
	boolean kind = iota
	whole
	float
	text
)

// valueOf reads a scalar as json decodes it with UseNumber.
func valueOf(x any) (value, error) {
	switch x := x.(type) {
	case bool:
		if x {
			return value{kind: boolean, whole: 1}, nil
		}
		return value{kind: boolean}, nil
	case string:
		return value{kind: text, text: x}, nil
	case json.Number:
		return numberOf(x.String())
	}
	if x == nil {
		return value{}, errors.New(`null is as if the field were not there; ask for that by {"exists": false}`)
	}
	return value{}, fmt.Errorf("%s is no text, number, true or false", typeName(x))
}

// typeName says what json made of a value, but not the value: it may be somebody's text.
func typeName(x any) string {
	switch x.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return "a text"
	case bool:
		return "true or false"
	}
	return "a number"
}

// numberOf reads a number. Whole ones of 64 bits are kept as they are, and others as the
// float64 that they are read as; a whole one that would become another one is refused.
func numberOf(s string) (value, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return value{kind: whole, whole: i}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return value{}, fmt.Errorf("the number %.40s is beyond what 64 bits hold; write it as text, in quotes", s)
	}
	if !strings.ContainsAny(s, ".eE") && !exactly(f, s) {
		return value{}, fmt.Errorf("the whole number %.40s is one that 64 bits do not hold exactly; write it as text, in quotes", s)
	}
	if isWhole(f) {
		return value{kind: whole, whole: int64(f)}, nil
	}
	return value{kind: float, float: f}, nil
}

// exactly tells that a float is the whole number of some digits.
func exactly(f float64, digits string) bool {
	want, ok := new(big.Int).SetString(digits, 10)
	got, _ := big.NewFloat(f).Int(nil)
	return ok && got.Cmp(want) == 0
}

// isWhole tells that a number has no fraction, and that 64 bits hold it.
func isWhole(f float64) bool { return f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 }

// sort of a value: booleans, numbers and texts are not compared with each other.
func (k kind) sort() kind {
	if k == float {
		return whole
	}
	return k
}

// compare orders values: booleans, then numbers, then texts.
func (v value) compare(w value) int {
	if v.kind != w.kind {
		if v.kind.sort() != w.kind.sort() {
			return cmp.Compare(v.kind, w.kind)
		}
		if v.kind == float {
			return -w.compareFloat(v.float)
		}
		return v.compareFloat(w.float)
	}
	switch v.kind {
	case text:
		return strings.Compare(v.text, w.text)
	case float:
		return cmp.Compare(v.float, w.float)
	}
	return cmp.Compare(v.whole, w.whole)
}

// compareFloat compares a whole number with a float that is none of 64 bits.
func (v value) compareFloat(f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	case v.whole <= int64(math.Floor(f)):
		return -1
	}
	return 1
}

var minusInfinity = math.Inf(-1)

// number gives what is saved of a value beside its text.
func (v value) number() uint64 {
	switch v.kind {
	case text:
		return uint64(len(v.text))
	case float:
		return math.Float64bits(v.float)
	}
	return uint64(v.whole)
}

// valueFrom makes a value of what was saved of it, if that can be. Its text is the first of
// some; it gives the others.
func valueFrom(k kind, number uint64, texts string) (v value, rest string, ok bool) {
	switch k {
	case boolean:
		return value{kind: k, whole: int64(number)}, texts, number <= 1
	case whole:
		return value{kind: k, whole: int64(number)}, texts, true
	case float:
		f := math.Float64frombits(number)
		return value{kind: k, float: f}, texts, !isWhole(f) && !math.IsNaN(f) && !math.IsInf(f, 0)
	case text:
		if number > uint64(len(texts)) {
			return v, texts, false
		}
		return value{kind: k, text: texts[:number]}, texts[number:], true
	}
	return v, texts, false
}
