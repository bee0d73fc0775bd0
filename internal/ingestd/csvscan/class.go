package csvscan

// A class is a way of writing a value. Every non-empty value is in exactly
// one, and which classes a column holds decides its type.
type class uint8

const (
	text class = iota
	boolLower
	boolTitle
	boolUpper
	integer    // 64 bits
	bigInteger // more
	decimal    // digits, a point, digits
	scientific // a decimal with an exponent that float64 holds exactly
	isoDate
	timeMinutes
	timeSeconds
	stampTMinutes // 2024-01-31T08:30
	stampTSeconds // 2024-01-31T08:30:00 with up to six fraction digits
	stampMinutes  // the same two with a blank for the T
	stampSeconds
	zonedT // stampTSeconds with Z or an offset
	zoned
	local   // the first of the local classes, see local.go
	classes = local + localClasses
)

// set is a set of classes.
type set uint64

func of(cs ...class) set {
	var s set
	for _, c := range cs {
		s |= 1 << c
	}
	return s
}

// dates are the classes that hold a date.
const dates set = 1<<isoDate | 1<<stampTMinutes | 1<<stampTSeconds | 1<<stampMinutes | 1<<stampSeconds | 1<<zonedT | 1<<zoned |
	(1<<localClasses-1)<<local

func (s set) has(c class) bool { return s>>c&1 != 0 }

// digits measures a number: digits before the point (none for a lone zero),
// after it, and after it without trailing zeros.
type digits struct{ whole, fraction, significant int }

// A reading is what classify learns from one value.
type reading struct {
	class    class
	evidence evidence // for local classes
	digits   digits   // for integer, bigInteger and decimal
}

// classify reads a value that is not empty.
func classify(b []byte) reading {
	switch c := b[0]; {
	case isDigit(c), c == '-':
		return number(b)
	case c == 't', c == 'f', c == 'T', c == 'F':
		if k := boolean(b); k != text {
			return reading{class: k}
		}
		return nameOfDay(b)
	case c|0x20 >= 'a' && c|0x20 <= 's':
		return nameOfDay(b)
	}
	return reading{}
}

func boolean(b []byte) class {
	switch string(b) {
	case "true", "false":
		return boolLower
	case "True", "False":
		return boolTitle
	case "TRUE", "FALSE":
		return boolUpper
	}
	return text
}

func isDigit(c byte) bool { return c-'0' < 10 }

// digitsFrom returns the end of the run of digits that starts at i.
func digitsFrom(b []byte, i int) int {
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return i
}
