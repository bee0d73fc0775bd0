package csvscan

// temporal reads a value that starts with n digits, 1 to 4, and goes on with
// something else.
func temporal(b []byte, n int) reading {
	switch sep := b[n]; {
	case n == 2 && sep == ':':
		switch seconds, end := clock(b, 0); {
		case end != len(b) || end == 0:
			return clockAlone(b)
		case seconds:
			return reading{class: timeSeconds}
		default:
			return reading{class: timeMinutes}
		}
	case n == 1 && sep == ':':
		return clockAlone(b)
	case n <= 2 && (sep == '-' || sep == ' ') && len(b) > n+1 && !isDigit(b[n+1]):
		r, end := dayOfName(b, n)
		return withClock(r, b, end)
	case n == 4 && sep == '-':
		return isoTemporal(b)
	case sep == '/' || sep == '.' || sep == '-' && n <= 2:
		return localTemporal(b, n)
	}
	return reading{}
}

// clockAlone reads a time of twelve hours.
func clockAlone(b []byte) reading {
	shape, e := localClock(b)
	if shape < withMinutes12 {
		return reading{}
	}
	return reading{class: noDate + shape, evidence: e}
}

// isoTemporal reads 2024-01-31 and what may follow a date.
func isoTemporal(b []byte) reading {
	if len(b) < 10 || b[7] != '-' {
		return reading{}
	}
	month, ok1 := twoDigits(b, 5)
	day, ok2 := twoDigits(b, 8)
	if !ok1 || !ok2 || !validDate(fourDigits(b), month, day) {
		return reading{}
	}
	if len(b) == 10 {
		return reading{class: isoDate}
	}
	t := b[10] == 'T'
	if !t && b[10] != ' ' {
		return reading{}
	}
	seconds, end := clock(b, 11)
	switch {
	case end == 0:
	case end == len(b) && t && seconds:
		return reading{class: stampTSeconds}
	case end == len(b) && t:
		return reading{class: stampTMinutes}
	case end == len(b) && seconds:
		return reading{class: stampSeconds}
	case end == len(b):
		return reading{class: stampMinutes}
	case seconds && offset(b[end:]) && t:
		return reading{class: zonedT}
	case seconds && offset(b[end:]):
		return reading{class: zoned}
	}
	return reading{}
}

// clock reads 08:30, 08:30:15 or 08:30:15.123456 from i on. It returns where
// that ends, or 0 when it is no time of day.
func clock(b []byte, i int) (seconds bool, end int) {
	if len(b) < i+5 || b[i+2] != ':' {
		return false, 0
	}
	h, ok1 := twoDigits(b, i)
	m, ok2 := twoDigits(b, i+3)
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return false, 0
	}
	if len(b) < i+8 || b[i+5] != ':' {
		return false, i + 5
	}
	s, ok := twoDigits(b, i+6)
	if !ok || s > 59 {
		return false, 0
	}
	end = i + 8
	if end < len(b) && b[end] == '.' {
		f := digitsFrom(b, end+1)
		if n := f - end - 1; n < 1 || n > 6 {
			return false, 0
		}
		end = f
	}
	return true, end
}

// offset accepts Z, +02, +0200 and +02:00, up to 14 hours and 59 minutes.
func offset(b []byte) bool {
	if len(b) == 1 {
		return b[0] == 'Z'
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 3 {
		return false
	}
	h, ok := twoDigits(b, 1)
	if !ok || h > 14 {
		return false
	}
	switch {
	case len(b) == 3:
		return true
	case len(b) == 5:
		m, ok := twoDigits(b, 3)
		return ok && m < 60
	case len(b) == 6 && b[3] == ':':
		m, ok := twoDigits(b, 4)
		return ok && m < 60
	}
	return false
}

// twoDigits reads the number at b[i:i+2], which must be there.
func twoDigits(b []byte, i int) (int, bool) {
	tens, units := b[i]-'0', b[i+1]-'0'
	return int(tens)*10 + int(units), tens < 10 && units < 10
}

// fourDigits reads the number that four known digits make.
func fourDigits(b []byte) int {
	return int(b[0]-'0')*1000 + int(b[1]-'0')*100 + int(b[2]-'0')*10 + int(b[3]-'0')
}

// validDate reports a day of the Gregorian calendar in the years 1 to 9999.
func validDate(year, month, day int) bool {
	if year < 1 || month < 1 || month > 12 || day < 1 {
		return false
	}
	switch month {
	case 4, 6, 9, 11:
		return day <= 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return day <= 29
		}
		return day <= 28
	}
	return day <= 31
}
