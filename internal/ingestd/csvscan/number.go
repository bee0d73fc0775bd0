package csvscan

import (
	"bytes"
	"strconv"
)

// number reads a value that starts with a digit or a minus.
func number(b []byte) reading {
	i := 0
	if b[0] == '-' {
		i = 1
	}
	j := digitsFrom(b, i)
	whole := j - i
	if whole == 0 {
		return reading{}
	}
	if j == len(b) {
		return wholeNumber(b, i)
	}
	if b[j] != '.' {
		if i == 1 || whole > 4 {
			return reading{}
		}
		return temporal(b, whole)
	}
	k := digitsFrom(b, j+1)
	switch {
	case k == len(b) && k > j+1:
		return fractional(b, i, j)
	case k == j+1 || k == len(b):
		return reading{}
	case b[k]|0x20 == 'e' && (b[i] != '0' || whole == 1) && isFloat(b, 64):
		return reading{class: scientific}
	case b[k] == '.' && i == 0:
		return temporal(b, whole)
	}
	return reading{}
}

// wholeNumber reads b, whose digits start at i and fill the rest.
func wholeNumber(b []byte, i int) reading {
	n := len(b) - i
	if b[i] == '0' {
		if len(b) > 1 {
			return reading{} // leading zeros and -0 do not come back
		}
		return reading{class: integer}
	}
	r := reading{class: integer, digits: digits{whole: n}}
	limit := "9223372036854775807"
	if i == 1 {
		limit = "9223372036854775808"
	}
	if n > len(limit) || n == len(limit) && string(b[i:]) > limit {
		r.class = bigInteger
	}
	return r
}

// fractional reads b, whose digits start at i and whose point is at point.
func fractional(b []byte, i, point int) reading {
	whole := point - i
	if b[i] == '0' {
		if whole > 1 {
			return reading{}
		}
		whole = 0
	}
	end := len(b)
	for b[end-1] == '0' {
		end--
	}
	significant := end - point - 1
	if i == 1 && whole == 0 && significant == 0 {
		return reading{} // -0.00 would lose its sign
	}
	return reading{class: decimal, digits: digits{whole, len(b) - point - 1, significant}}
}

// isFloat reports that b is a number which a binary float of that size gives
// back to the last significant digit.
func isFloat(b []byte, size int) bool {
	if !floatGrammar(b) {
		return false
	}
	v, err := strconv.ParseFloat(string(b), size)
	if err != nil {
		return false
	}
	var shortest, x, y [48]byte
	digits, exponent := significand(x[:0], b)
	back, backExponent := significand(y[:0], strconv.AppendFloat(shortest[:0], v, 'e', -1, size))
	return bytes.Equal(digits, back) && (len(digits) == 0 || exponent == backExponent)
}

// floatGrammar accepts -?int(.digits)?(e[+-]?digits)? with at most six digits
// in the exponent and no leading zeros in the integer.
func floatGrammar(b []byte) bool {
	i := 0
	if b[0] == '-' {
		i = 1
	}
	j := digitsFrom(b, i)
	if j == i || b[i] == '0' && j > i+1 {
		return false
	}
	if j < len(b) && b[j] == '.' {
		k := digitsFrom(b, j+1)
		if k == j+1 {
			return false
		}
		j = k
	}
	if j == len(b) {
		return true
	}
	if b[j]|0x20 != 'e' {
		return false
	}
	j++
	if j < len(b) && (b[j] == '+' || b[j] == '-') {
		j++
	}
	k := digitsFrom(b, j)
	return k == len(b) && k > j && k-j <= 6
}

// significand appends the significant digits of a number to dst and returns
// them with the power of ten of the first.
func significand(dst, b []byte) ([]byte, int) {
	exponent, point, seen := 0, false, false
	for i, c := range b {
		switch {
		case c == '.':
			point = true
		case c|0x20 == 'e':
			e, _ := strconv.Atoi(string(b[i+1:]))
			return bytes.TrimRight(dst, "0"), exponent + e
		case c == '-':
		case c != '0' || seen:
			if seen && !point {
				exponent++
			}
			if !seen && point {
				exponent--
			}
			seen = true
			dst = append(dst, c)
		case point:
			exponent--
		}
	}
	return bytes.TrimRight(dst, "0"), exponent
}
