package staffing

import (
	"strconv"
	"time"
)

// AsOf is the day on which the data was taken: nothing in it is later.
const AsOf = "2026-09-30"

// day counts days since 1970-01-01; minute counts minutes since then.
type (
	day    int
	minute int
)

const (
	asOf      day = 20_726 // AsOf, a Wednesday
	firstDay  day = 19_997 // 2024-10-01: the first job is opened
	lastStart day = 20_717 // 2026-09-21: the Monday of the last whole week
	lastWeek  day = 20_723 // 2026-09-27: the Sunday that ends it
)

// weekday is 0 for Monday and 6 for Sunday.
func (d day) weekday() int { return int(d+3) % 7 }

// weekEnding is the Sunday of d's week.
func (d day) weekEnding() day { return d + day(6-d.weekday()) }

// workdayBefore is d, or the Friday before it when d is on a weekend.
func (d day) workdayBefore() day { return d - day(max(0, d.weekday()-4)) }

// workdayAfter is d, or the Monday after it when d is on a weekend.
func (d day) workdayAfter() day {
	if d.weekday() > 4 {
		return d + day(7-d.weekday())
	}
	return d
}

// at is the minute of d at hour:min.
func (d day) at(hour, min int) minute { return minute(int(d)*24*60 + hour*60 + min) }

func (m minute) day() day { return day(m / (24 * 60)) }

func (d day) date() (year int, month time.Month, dayOfMonth int) {
	return time.Unix(int64(d)*24*60*60, 0).UTC().Date()
}

// append writes d as 2026-09-30.
func (d day) append(b []byte) []byte {
	year, month, dayOfMonth := d.date()
	b = strconv.AppendInt(b, int64(year), 10)
	b = appendTwo(append(b, '-'), int(month))
	return appendTwo(append(b, '-'), dayOfMonth)
}

// append writes m as 2026-09-30T16:05:00.
func (m minute) append(b []byte) []byte {
	ofDay := int(m) % (24 * 60)
	b = appendTwo(append(m.day().append(b), 'T'), ofDay/60)
	b = appendTwo(append(b, ':'), ofDay%60)
	return append(b, ":00"...)
}
