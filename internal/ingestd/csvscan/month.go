package csvscan

import "strings"

// months are the English names; the first three letters of each are its short one.
const months = "january  february march    april    may      june     july     august   septemberoctober  november december "

// monthName reads a month's name at the head of b, in any case, and says how it is
// written: May is written both ways. n is the name's length, 0 for none.
func monthName(b []byte) (month, n int, e evidence) {
	for n < len(b) && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
		n++
	}
	if n < 3 || n > 9 {
		return 0, 0, 0
	}
	word := strings.ToLower(string(b[:n]))
	for m := range 12 {
		full := strings.TrimRight(months[m*9:m*9+9], " ")
		switch {
		case word == full && n == 3:
			return m + 1, n, 0
		case word == full:
			return m + 1, n, fullMonth
		case word == full[:3]:
			return m + 1, n, abbrMonth
		}
	}
	return 0, 0, 0
}

// dayOfName reads 31-Jan-2026 or 31 January 2026, the day having n digits, and
// returns where it ends or 0.
func dayOfName(b []byte, n int) (reading, int) {
	sep := b[n]
	month, letters, e := monthName(b[n+1:])
	at := n + 1 + letters
	if letters == 0 || len(b) < at+5 || b[at] != sep || digitsFrom(b, at+1) != at+5 {
		return reading{}, 0
	}
	day, padding := padded(b[:n], zeroA, bareA)
	if !validDate(fourDigits(b[at+1:]), month, day) {
		return reading{}, 0
	}
	r := reading{class: blankName, evidence: e | padding}
	if sep == '-' {
		r.class = dashName
	}
	return r, at + 5
}

// nameOfDay reads Jan 31, 2026 and a time that may follow.
func nameOfDay(b []byte) reading {
	month, letters, e := monthName(b)
	if letters == 0 || len(b) < letters+2 || b[letters] != ' ' {
		return reading{}
	}
	end := digitsFrom(b, letters+1)
	n := end - letters - 1
	if n < 1 || n > 2 || len(b) < end+6 || b[end] != ',' || b[end+1] != ' ' || digitsFrom(b, end+2) != end+6 {
		return reading{}
	}
	day, padding := padded(b[letters+1:end], zeroA, bareA)
	if !validDate(fourDigits(b[end+2:]), month, day) {
		return reading{}
	}
	return withClock(reading{class: nameDate, evidence: e | padding}, b, end+6)
}
