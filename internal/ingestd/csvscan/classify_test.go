package csvscan

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

// checkReading holds a class against the standard library's own idea of it.
func checkReading(t *testing.T, s string, r reading) {
	t.Helper()
	fail := func(why any) { t.Fatalf("%q is class %d: %v", s, r.class, why) }
	layout := map[class]string{
		isoDate: "2006-01-02", timeMinutes: "15:04", timeSeconds: "15:04:05.999999",
		stampTMinutes: "2006-01-02T15:04", stampTSeconds: "2006-01-02T15:04:05.999999",
		stampMinutes: "2006-01-02 15:04", stampSeconds: "2006-01-02 15:04:05.999999",
	}[r.class]
	switch {
	case r.class == text:
	case r.class <= boolUpper:
		if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
			fail("not a boolean")
		}
	case r.class == integer:
		if v, err := strconv.ParseInt(s, 10, 64); err != nil || strconv.FormatInt(v, 10) != s {
			fail(err)
		}
	case r.class == bigInteger:
		if v, ok := new(big.Int).SetString(s, 10); !ok || v.String() != s || v.IsInt64() {
			fail("not over 64 bits")
		}
	case r.class == decimal:
		v, ok := new(big.Rat).SetString(s)
		if !ok || v.FloatString(r.digits.fraction) != s {
			fail("comes back as " + v.FloatString(r.digits.fraction))
		}
		if limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.digits.whole)), nil); v.Abs(v).Cmp(new(big.Rat).SetInt(limit)) >= 0 {
			fail("more digits than counted")
		}
	case r.class == scientific:
		v, err := strconv.ParseFloat(s, 64)
		back := new(big.Rat)
		if _, ok := back.SetString(strconv.FormatFloat(v, 'g', -1, 64)); err != nil || !ok {
			fail(err)
		}
		if want, _ := new(big.Rat).SetString(s); want.Cmp(back) != 0 {
			fail("comes back as " + strconv.FormatFloat(v, 'g', -1, 64))
		}
	case layout != "":
		if _, err := time.Parse(layout, s); err != nil {
			fail(err)
		}
	case r.class < local:
		for _, zone := range []string{"Z07:00", "Z0700", "Z07"} {
			if _, err := time.Parse("2006-01-02T15:04:05.999999"+zone, strings.Replace(s, " ", "T", 1)); err == nil {
				return
			}
		}
		fail("no such instant")
	default:
		checkLocal(t, s, r)
	}
}

// checkLocal holds a local date against the formats it may be of.
func checkLocal(t *testing.T, s string, r reading) {
	t.Helper()
	clock := []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"}[(r.class-local)%shapes]
	group := (r.class - local) / shapes
	if group >= 5 {
		checkNamed(t, s, group, clock)
		return
	}
	sep := map[class]string{0: "/", 1: "-", 2: ".", 3: "/", 4: "."}[group]
	day, month := "2"+sep+"1"+sep+"2006", "1"+sep+"2"+sep+"2006"
	if group >= 3 {
		day, month = "", "2006"+sep+"01"+sep+"02"
	}
	s = upperClock(s)
	_, notDay := time.Parse(day+clock, s)
	_, notMonth := time.Parse(month+clock, s)
	if notDay != nil && notMonth != nil {
		t.Fatalf("%q is class %d: %v, %v", s, r.class, notDay, notMonth)
	}
	if r.evidence&dayFirst != 0 && notDay != nil || r.evidence&monthFirst != 0 && notMonth != nil {
		t.Fatalf("%q: evidence %b for a reading that is none", s, r.evidence)
	}
	if day != "" && r.evidence&(dayFirst|monthFirst) == 0 && (notDay != nil || notMonth != nil) {
		t.Fatalf("%q has one reading only", s)
	}
}

// checkNamed holds a date that names its month, or a time alone, against the
// standard library.
func checkNamed(t *testing.T, s string, group class, clock string) {
	t.Helper()
	layouts := map[class][]string{5: {"2-Jan-2006", "2-January-2006"}, 6: {"2 Jan 2006", "2 January 2006"}, 7: {"Jan 2, 2006", "January 2, 2006"}, 8: {""}}[group]
	for _, layout := range layouts {
		if _, err := time.Parse(strings.TrimSpace(layout+clock), upperClock(s)); err == nil {
			return
		}
	}
	t.Fatalf("%q is read as none of %q%s", s, layouts, clock)
}

// upperClock writes am and pm as the standard library reads them.
func upperClock(s string) string {
	if n := len(s) - 2; n > 0 && strings.EqualFold(s[n+1:], "m") {
		return s[:n] + strings.ToUpper(s[n:])
	}
	return s
}
