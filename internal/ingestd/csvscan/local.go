package csvscan

import "strings"

// The local classes are the dates and times that are not ISO 8601. Each way to
// write a date stands alone or with a time of day: three put the year last, two put
// it first, three name the month. The last group is a time alone.
const (
	slashDate     = local + shapes*iota // 31/1/2024 or 1/31/2024
	dashDate                            // 31-1-2024 or 1-31-2024
	dotDate                             // 31.1.2024 or 1.31.2024
	yearSlashDate                       // 2024/01/31
	yearDotDate                         // 2024.01.31
	dashName                            // 31-Jan-2024
	blankName                           // 31 Jan 2024
	nameDate                            // Jan 31, 2024
	noDate                              // nothing, and a time of twelve hours
	localClasses  = 9 * shapes

	// Shapes are added to a class.
	withMinutes   = 1 // 31/1/2024 8:30
	withSeconds   = 2 // 31/1/2024 8:30:15
	withMinutes12 = 3 // 31/1/2024 8:30 PM
	withSeconds12 = 4 // 31/1/2024 8:30:15 PM
	shapes        = 5
)

// evidence is what values of a local class tell about their one format.
type evidence uint16

const (
	dayFirst   evidence = 1 << iota // some first number is over 12
	monthFirst                      // some second number is over 12
	zeroA                           // some first number is written 05
	bareA                           // some first number is written 5
	zeroB                           // the same of the second number
	bareB
	zeroHour
	bareHour
	abbrMonth // some month is written Jan
	fullMonth // some month is written January
)

// localTemporal reads a value that starts with n digits, 1, 2 or 4, and a
// separator.
func localTemporal(b []byte, n int) reading {
	var (
		r   reading
		end int
	)
	switch n {
	case 4:
		r, end = yearFirst(b)
	case 1, 2:
		r, end = yearLast(b, n)
	}
	return withClock(r, b, end)
}

// withClock completes the reading of a date that ends at end, 0 for none, with the
// time of day that may follow.
func withClock(r reading, b []byte, end int) reading {
	if end == 0 || end == len(b) {
		return r
	}
	if b[end] != ' ' {
		return reading{}
	}
	shape, e := localClock(b[end+1:])
	if shape == 0 {
		return reading{}
	}
	r.class += shape
	r.evidence |= e
	return r
}

// yearFirst reads 2024/01/31, zero-padded, and returns where it ends or 0.
func yearFirst(b []byte) (reading, int) {
	if len(b) < 10 || b[7] != b[4] {
		return reading{}, 0
	}
	month, ok1 := twoDigits(b, 5)
	day, ok2 := twoDigits(b, 8)
	if !ok1 || !ok2 || !validDate(fourDigits(b), month, day) {
		return reading{}, 0
	}
	r := reading{class: yearSlashDate}
	if b[4] == '.' {
		r.class = yearDotDate
	}
	if day > 12 {
		r.evidence = monthFirst
	}
	return r, 10
}

// yearLast reads 31/1/2024, the first number having n digits, and returns
// where it ends or 0.
func yearLast(b []byte, n int) (reading, int) {
	j := digitsFrom(b, n+1)
	m := j - n - 1
	end := j + 5
	if m < 1 || m > 2 || len(b) < end || b[j] != b[n] || digitsFrom(b, j+1) != end {
		return reading{}, 0
	}
	first, e1 := padded(b[:n], zeroA, bareA)
	second, e2 := padded(b[n+1:j], zeroB, bareB)
	year := fourDigits(b[j+1:])
	r := reading{class: slashDate, evidence: e1 | e2}
	switch b[n] {
	case '-':
		r.class = dashDate
	case '.':
		r.class = dotDate
	}
	day := validDate(year, second, first)
	month := validDate(year, first, second)
	switch {
	case !day && !month:
		return reading{}, 0
	case !month:
		r.evidence |= dayFirst
	case !day:
		r.evidence |= monthFirst
	}
	return r, end
}

// kind gives the type that a local class's values are of.
func (c class) kind() kind {
	switch {
	case c >= noDate:
		return kindTime
	case (c-local)%shapes == 0:
		return kindDate
	}
	return kindTimestamp
}

// padded reads one or two digits and says how they are written.
func padded(b []byte, zero, bare evidence) (int, evidence) {
	if len(b) == 1 {
		return int(b[0] - '0'), bare
	}
	v := int(b[0]-'0')*10 + int(b[1]-'0')
	if b[0] == '0' {
		return v, zero
	}
	return v, 0
}

// localClock reads 8:30, 08:30, either with seconds, and each with AM or PM, to the
// end of b, and returns the shape or 0.
func localClock(b []byte) (shape class, e evidence) {
	n := digitsFrom(b, 0)
	if n < 1 || n > 2 || len(b) < n+3 || b[n] != ':' {
		return 0, 0
	}
	hour, e := padded(b[:n], zeroHour, bareHour)
	m, ok := twoDigits(b, n+1)
	rest := b[n+3:]
	if !ok || hour > 23 || m > 59 {
		return 0, 0
	}
	shape = withMinutes
	if len(rest) >= 3 && rest[0] == ':' {
		if s, ok := twoDigits(rest, 1); !ok || s > 59 {
			return 0, 0
		}
		shape, rest = withSeconds, rest[3:]
	}
	switch {
	case len(rest) == 0:
		return shape, e
	case len(rest) == 3 && rest[0] == ' ' && (rest[1]|0x20 == 'a' || rest[1]|0x20 == 'p') && rest[2]|0x20 == 'm' && hour >= 1 && hour <= 12:
		return shape + withMinutes12 - withMinutes, e
	}
	return 0, 0
}

// format returns the one strptime format of a local class, or "" when its
// values do not decide one.
func (e evidence) format(c class) string {
	if !e.uniform(zeroA, bareA) || !e.uniform(zeroB, bareB) || !e.uniform(zeroHour, bareHour) || !e.uniform(abbrMonth, fullMonth) {
		return ""
	}
	shape := (c - local) % shapes
	clock := e.clockFormat(shape)
	if c >= noDate {
		return strings.TrimPrefix(clock, " ")
	}
	date := e.dateFormat(c - shape)
	if date == "" {
		return ""
	}
	return date + clock
}

// uniform reports that something is not written in two ways.
func (e evidence) uniform(one, other evidence) bool { return e&one == 0 || e&other == 0 }

// part names a number that is written with a zero in front, or never.
func (e evidence) part(name string, bare evidence) string {
	if e&bare != 0 {
		return "%-" + name
	}
	return "%" + name
}

// dateFormat gives the format of a way to write a date, "" where the day numbers
// have to decide it and do not.
func (e evidence) dateFormat(date class) string {
	month := "%b"
	if e&fullMonth != 0 {
		month = "%B"
	}
	switch date {
	case dashName:
		return e.part("d", bareA) + "-" + month + "-%Y"
	case blankName:
		return e.part("d", bareA) + " " + month + " %Y"
	case nameDate:
		return month + " " + e.part("d", bareA) + ", %Y"
	}
	dayIs, monthIs := e&dayFirst != 0, e&monthFirst != 0
	sep := map[class]string{slashDate: "/", yearSlashDate: "/", dashDate: "-", dotDate: ".", yearDotDate: "."}[date]
	switch {
	case dayIs == monthIs:
		return ""
	case date >= yearSlashDate:
		return "%Y" + sep + "%m" + sep + "%d"
	case dayIs:
		return e.part("d", bareA) + sep + e.part("m", bareB) + sep + "%Y"
	}
	return e.part("m", bareA) + sep + e.part("d", bareB) + sep + "%Y"
}

// clockFormat gives the format of a time behind a date, with the blank between.
func (e evidence) clockFormat(shape class) string {
	switch shape {
	case withMinutes:
		return " " + e.part("H", bareHour) + ":%M"
	case withSeconds:
		return " " + e.part("H", bareHour) + ":%M:%S"
	case withMinutes12:
		return " " + e.part("I", bareHour) + ":%M %p"
	case withSeconds12:
		return " " + e.part("I", bareHour) + ":%M:%S %p"
	}
	return ""
}
