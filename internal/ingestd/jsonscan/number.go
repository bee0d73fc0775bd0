package jsonscan

import (
	"bytes"
	"fmt"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// numbers measures the numbers of a column.
type numbers struct {
	whole    int  // most digits before a point
	fraction int  // most after one
	big      bool // some integer has more than 64 bits
	float    bool // some has an exponent, or is a negative zero
	inexact  bool // some is not given back by float64
}

// safeDigits is how many digits float64 gives back whatever they are.
const safeDigits = 15

func (n *numbers) observe(b []byte) {
	digits := bytes.TrimPrefix(b, []byte("-"))
	negative := len(digits) < len(b)
	mantissa := digits
	if e := bytes.IndexAny(digits, "eE"); e >= 0 {
		mantissa, n.float = digits[:e], true
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	if len(whole) == 1 && whole[0] == '0' {
		whole = whole[:0]
		n.float = n.float || negative && len(bytes.Trim(fraction, "0")) == 0
	}
	n.whole, n.fraction = max(n.whole, len(whole)), max(n.fraction, len(fraction))
	if len(fraction) == 0 && len(whole) > 18 {
		_, err := strconv.ParseInt(string(b), 10, 64)
		n.big = n.big || err != nil
	}
	if len(mantissa) < len(digits) || len(whole)+len(fraction) > safeDigits {
		n.inexact = n.inexact || !csvscan.ExactDouble(b)
	}
}

// typeName gives the one type that holds all of the numbers.
func (n *numbers) typeName() string {
	scale := 0
	if n.fraction > 0 {
		scale = max(2, n.fraction)
	}
	switch digits := n.whole + scale; {
	case n.float || digits > 38:
	case scale == 0 && !n.big:
		return "long"
	case scale == 0 || digits > 18:
		return fmt.Sprintf("decimal(38,%d)", scale)
	default:
		return fmt.Sprintf("decimal(18,%d)", scale)
	}
	if n.inexact {
		return "string"
	}
	return "double"
}
