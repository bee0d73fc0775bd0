package csvscan

// The local classes are the dates that are not ISO 8601, each alone or with a
// time of day: three ways to put the year last, two to put it first.
const (
	slashDate     = local + 3*iota // 31/1/2024 or 1/31/2024
	dashDate                       // 31-1-2024 or 1-31-2024
	dotDate                        // 31.1.2024 or 1.31.2024
	yearSlashDate                  // 2024/01/31
	yearDotDate                    // 2024.01.31
	localClasses  = 15

	withMinutes = 1 // added to a class: 31/1/2024 8:30
	withSeconds = 2 // 31/1/2024 8:30:15
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
	if (c-local)%3 == 0 {
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

// localClock reads 8:30, 08:30 or either with seconds to the end of b, and
// returns withMinutes, withSeconds or 0.
func localClock(b []byte) (class, evidence) {
	n := digitsFrom(b, 0)
	if n < 1 || n > 2 {
		return 0, 0
	}
	hour, e := padded(b[:n], zeroHour, bareHour)
	rest := b[n:]
	if hour > 23 || len(rest) != 3 && len(rest) != 6 || rest[0] != ':' {
		return 0, 0
	}
	if m, ok := twoDigits(rest, 1); !ok || m > 59 {
		return 0, 0
	}
	if len(rest) == 3 {
		return withMinutes, e
	}
	if s, ok := twoDigits(rest, 4); !ok || s > 59 || rest[3] != ':' {
		return 0, 0
	}
	return withSeconds, e
}

// format returns the one strptime format of a local class, or "" when its
// values do not decide one.
func (e evidence) format(c class) string {
	uniform := func(zero, bare evidence) bool { return e&zero == 0 || e&bare == 0 }
	dayIs, monthIs := e&dayFirst != 0, e&monthFirst != 0
	if dayIs == monthIs || !uniform(zeroA, bareA) || !uniform(zeroB, bareB) || !uniform(zeroHour, bareHour) {
		return ""
	}
	part := func(name string, bare evidence) string {
		if e&bare != 0 {
			return "%-" + name
		}
		return "%" + name
	}
	date := local + (c-local)/3*3
	sep := map[class]string{slashDate: "/", yearSlashDate: "/", dashDate: "-", dotDate: ".", yearDotDate: "."}[date]
	var f string
	switch {
	case date >= yearSlashDate:
		f = "%Y" + sep + "%m" + sep + "%d"
	case dayIs:
		f = part("d", bareA) + sep + part("m", bareB) + sep + "%Y"
	default:
		f = part("m", bareA) + sep + part("d", bareB) + sep + "%Y"
	}
	switch c - date {
	case withMinutes:
		f += " " + part("H", bareHour) + ":%M"
	case withSeconds:
		f += " " + part("H", bareHour) + ":%M:%S"
	}
	return f
}
