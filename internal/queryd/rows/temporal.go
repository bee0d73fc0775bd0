package rows

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// DuckDB's infinite dates and timestamps are the ends of their ranges.
const (
	infinity         = "Infinity"
	negativeInfinity = "-Infinity"
)

const secondsPerDay = 24 * 60 * 60

func dates(values []arrow.Date32) cell {
	return func(dst []byte, row int) []byte {
		switch day := values[row]; day {
		case math.MaxInt32:
			return append(dst, infinity...)
		case -math.MaxInt32:
			return append(dst, negativeInfinity...)
		default:
			return appendDate(dst, int64(day))
		}
	}
}

// times writes TIME. 24:00:00 is a time too.
func times(values []arrow.Time64, perSecond int64) cell {
	return func(dst []byte, row int) []byte {
		v := int64(values[row])
		return appendClock(dst, v/perSecond, v%perSecond, perSecond)
	}
}

// timestamps writes YYYY-MM-DDThh:mm:ss, the fraction's digits that are not
// trailing zeros, and Z where the column has a time zone.
func timestamps(a *array.Timestamp) cell {
	typ := a.DataType().(*arrow.TimestampType)
	values, perSecond, zoned := a.TimestampValues(), perSecond(typ.Unit), typ.TimeZone != ""
	return func(dst []byte, row int) []byte {
		v := int64(values[row])
		switch v {
		case math.MaxInt64:
			return append(dst, infinity...)
		case -math.MaxInt64:
			return append(dst, negativeInfinity...)
		}
		seconds, fraction := floorDiv(v, perSecond)
		day, second := floorDiv(seconds, secondsPerDay)
		dst = append(appendDate(dst, day), 'T')
		dst = appendClock(dst, second, fraction, perSecond)
		if zoned {
			dst = append(dst, 'Z')
		}
		return dst
	}
}

func perSecond(unit arrow.TimeUnit) int64 { return int64(1e9) / int64(unit.Multiplier()) }

func floorDiv(a, b int64) (quotient, rest int64) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		quotient, rest = quotient-1, rest+b
	}
	return quotient, rest
}

// appendDate writes the day that many days after 1970-01-01, in the proleptic
// Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
// algorithms": eras of 400 years that begin on 1 March).
func appendDate(dst []byte, days int64) []byte {
	const daysPerEra, toEpoch = 146097, 719468
	era, dayOfEra := floorDiv(days+toEpoch, daysPerEra)
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month := (5*dayOfYear + 2) / 153
	day := dayOfYear - (153*month+2)/5 + 1
	year := yearOfEra + era*400
	if month < 10 {
		month += 3
	} else {
		month -= 9
		year++
	}
	dst = appendYear(dst, year)
	dst = appendTwo(append(dst, '-'), month)
	return appendTwo(append(dst, '-'), day)
}

func appendYear(dst []byte, year int64) []byte {
	if year >= 0 && year <= 9999 {
		return appendTwo(appendTwo(dst, year/100), year%100)
	}
	sign := byte('+')
	if year < 0 {
		sign, year = '-', -year
	}
	dst = append(dst, sign)
	for bound := int64(100_000); year < bound && bound > 1; bound /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, year, 10)
}

func appendClock(dst []byte, seconds, fraction, perSecond int64) []byte {
	dst = appendTwo(dst, seconds/3600)
	dst = appendTwo(append(dst, ':'), seconds/60%60)
	dst = appendTwo(append(dst, ':'), seconds%60)
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.')
	for fraction > 0 {
		perSecond /= 10
		dst = append(dst, '0'+byte(fraction/perSecond))
		fraction %= perSecond
	}
	return dst
}

func appendTwo(dst []byte, n int64) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }
