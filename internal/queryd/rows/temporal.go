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

const (
	secondsPerDay  = 24 * 60 * 60
	perSecondMicro = 1_000_000
)

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
		var seconds, fraction int64
		if perSecond == perSecondMicro { // a division by a constant takes a tenth of the time
			seconds, fraction = floorDiv(v, perSecondMicro)
		} else {
			seconds, fraction = floorDiv(v, perSecond)
		}
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
// Gregorian calendar.
func appendDate(dst []byte, days int64) []byte {
	const (
		daysPerEra = 146097 // of 400 years, which begin on 1 March
		toEpoch    = 719468
		last       = 2932896 // 9999-12-31
	)
	if days < -toEpoch || days > last {
		era, day := floorDiv(days+toEpoch, daysPerEra)
		year, month, dayOfMonth := civil(uint32(day))
		dst = appendYear(dst, int64(year)+400*era)
		dst = append(dst, '-')
		return appendTwo(append(appendTwo(dst, month), '-'), dayOfMonth)
	}
	year, month, day := civil(uint32(days + toEpoch))
	dst = append(dst, "0000-00-00"...)
	text := dst[len(dst)-10:]
	putTwo(text[0:2], year/100)
	putTwo(text[2:4], year%100)
	putTwo(text[5:7], month)
	putTwo(text[8:10], day)
	return dst
}

// civil gives the date of a day counted from 0000-03-01 (Neri and Schneider,
// "Euclidean affine functions and their application to calendar algorithms").
func civil(days uint32) (year, month, day uint32) {
	n := 4*days + 3
	century, dayOfCentury := n/146097, n%146097/4
	product := 2939745 * uint64(4*dayOfCentury+3)
	yearOfCentury, dayOfYear := uint32(product>>32), uint32(product)/2939745/4
	n = 2141*dayOfYear + 197913
	year, month, day = 100*century+yearOfCentury, n>>16, n&0xffff/2141+1
	if dayOfYear >= 306 { // January or February of the next
		year, month = year+1, month-12
	}
	return year, month, day
}

func appendYear(dst []byte, year int64) []byte {
	if year >= 0 && year <= 9999 {
		return appendTwo(appendTwo(dst, uint32(year/100)), uint32(year%100))
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
	dst = append(dst, "00:00:00"...)
	text, clock := dst[len(dst)-8:], uint32(seconds)
	putTwo(text[0:2], clock/3600)
	putTwo(text[3:5], clock/60%60)
	putTwo(text[6:8], clock%60)
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.')
	for ; perSecond > 1; perSecond /= 10 {
		dst = append(dst, '0')
	}
	for at := len(dst) - 1; fraction > 0; at-- {
		dst[at] = '0' + byte(fraction%10)
		fraction /= 10
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendTwo(dst []byte, n uint32) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }

// putTwo writes a number below 100.
func putTwo(dst []byte, n uint32) { dst[0], dst[1] = '0'+byte(n/10), '0'+byte(n%10) }
