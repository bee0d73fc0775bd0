package rows

import "strings"

// interval is DuckDB's name of the type whose values come as DuckDB's own text,
// since Arrow's form of it overflows after 292 years of hours.
const interval = "INTERVAL"

func intervals(at func(int) string) cell {
	return func(dst []byte, row int) []byte { return appendInterval(dst, at(row)) }
}

// appendInterval rewrites "1 year 2 months -3 days 04:05:06.5" as the ISO 8601
// duration P1Y2M-3DT4H5M6.5S. Each part has its own sign. A text of another form
// stays as it is.
func appendInterval(dst []byte, text string) []byte {
	start := len(dst)
	dst = append(dst, 'P')
	for rest := text; rest != ""; {
		var number, unit string
		number, rest, _ = strings.Cut(rest, " ")
		if strings.Contains(number, ":") {
			dst = appendDuration(dst, number)
			continue
		}
		unit, rest, _ = strings.Cut(rest, " ")
		letter := dateUnit(unit)
		if letter == 0 {
			return append(dst[:start], text...)
		}
		dst = append(append(dst, number...), letter)
	}
	if len(dst) == start+1 {
		dst = append(dst, "T0S"...)
	}
	return dst
}

func dateUnit(unit string) byte {
	switch strings.TrimSuffix(unit, "s") {
	case "year":
		return 'Y'
	case "month":
		return 'M'
	case "day":
		return 'D'
	}
	return 0
}

// appendDuration rewrites -hh:mm:ss.f as T-hH-mM-s.fS, without the parts that
// are zero.
func appendDuration(dst []byte, clock string) []byte {
	clock, negative := strings.CutPrefix(clock, "-")
	letter := byte('T')
	for _, unit := range []byte("HMS") {
		var part string
		part, clock, _ = strings.Cut(clock, ":")
		part = strings.TrimLeft(part, "0")
		if part == "" {
			continue
		}
		if letter != 0 {
			dst, letter = append(dst, letter), 0
		}
		if negative {
			dst = append(dst, '-')
		}
		if part[0] == '.' {
			dst = append(dst, '0')
		}
		dst = append(append(dst, part...), unit)
	}
	return dst
}
