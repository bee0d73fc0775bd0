package csvscan

import (
	"fmt"
	"strconv"
	"strings"
)

// kind is an Iceberg type without its parameters.
type kind uint8

const (
	kindOther kind = iota // no text of a CSV says a value of it
	kindString
	kindBoolean
	kindInt
	kindLong
	kindFloat
	kindDouble
	kindDecimal
	kindDate
	kindTime
	kindTimestamp
	kindTimestamptz
)

var kindNames = map[string]kind{
	"string": kindString, "boolean": kindBoolean, "int": kindInt, "long": kindLong,
	"float": kindFloat, "double": kindDouble, "date": kindDate, "time": kindTime,
	"timestamp": kindTimestamp, "timestamptz": kindTimestamptz,
}

// icebergType is a type that values can be held against.
type icebergType struct {
	kind             kind
	precision, scale int // of a decimal
}

// parseType reads Iceberg's name of a type. Types that a CSV cannot hold give
// kindOther.
func parseType(name string) icebergType {
	if k, ok := kindNames[name]; ok {
		return icebergType{kind: k}
	}
	inner, ok := strings.CutPrefix(strings.ReplaceAll(name, " ", ""), "decimal(")
	if !ok {
		return icebergType{}
	}
	p, s, ok := strings.Cut(strings.TrimSuffix(inner, ")"), ",")
	precision, err1 := strconv.Atoi(p)
	scale, err2 := strconv.Atoi(s)
	if !ok || err1 != nil || err2 != nil || precision < 1 || precision > 38 || scale < 0 || scale > precision {
		return icebergType{}
	}
	return icebergType{kindDecimal, precision, scale}
}

func decimalName(precision, scale int) string {
	return fmt.Sprintf("decimal(%d,%d)", precision, scale)
}

// always returns the classes whose every value the type holds without loss.
func (t icebergType) always() set {
	switch t.kind {
	case kindString:
		return ^set(0)
	case kindBoolean:
		return of(boolLower, boolTitle, boolUpper)
	case kindLong:
		return of(integer)
	case kindDouble:
		return of(scientific)
	case kindDate:
		return of(isoDate)
	case kindTime:
		return of(timeMinutes, timeSeconds)
	case kindTimestamp:
		return of(stampTMinutes, stampTSeconds, stampMinutes, stampSeconds)
	case kindTimestamptz:
		return of(zonedT, zoned)
	}
	return 0
}

// locals returns the local classes that one format would make the type's.
func (t icebergType) locals() set {
	var s set
	for c := class(local); c < classes; c++ {
		if c.kind() == t.kind {
			s |= of(c)
		}
	}
	return s
}

// holds reports that a value outside the always set fits all the same.
func (t icebergType) holds(b []byte, r reading) bool {
	switch t.kind {
	case kindInt:
		return r.class == integer && int32Digits(b)
	case kindDecimal:
		return of(integer, bigInteger, decimal).has(r.class) &&
			r.digits.significant <= t.scale && r.digits.whole <= t.precision-t.scale
	case kindFloat:
		return isFloat(b, 32)
	case kindDouble:
		return isFloat(b, 64)
	}
	return false
}

// int32Digits reports that a 64-bit integer has 32 bits.
func int32Digits(b []byte) bool {
	if len(b) > len("-2147483648") {
		return false
	}
	_, err := strconv.ParseInt(string(b), 10, 32)
	return err == nil
}

// reason says why a value does not fit the type, read by format where one is
// set.
func (t icebergType) reason(name, format string) string {
	switch {
	case format != "":
		return "not a " + name + " in the column's format " + format
	case t.kind == kindDate || t.kind == kindTimestamp || t.kind == kindTime:
		return "not a " + name + ": neither ISO 8601 nor the one format that the column's day numbers decide"
	case t.kind == kindInt || t.kind == kindLong || t.kind == kindDecimal || t.kind == kindFloat || t.kind == kindDouble:
		return "not a number that " + name + " gives back unchanged"
	}
	return "not a value of type " + name
}
