package csvscan

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// edges are values at the borders of what the quick readers know.
var edges = []string{
	"", "0", "-0", "00", "7", "-7", "+7", "-", "999999999", "2147483647", "2147483648", "-2147483648", "-2147483649",
	"12345678", "123456789", "1234567890123456", "12345678901234567", "9223372036854775807", "9223372036854775808",
	"0.00", "-0.00", "-0.50", "0.5", ".5", "5.", "1.2.3", "1234567.8", "12345678.9", "1234.56789012345", "12345678.12345678",
	"01.50", "1,5", "1e5", "1.5e5", "12:", "1/2", "123456:8", "3.14159265", "99999999999999999999.5",
	"2026-01-31", "2026-02-28", "2024-02-29", "2025-02-29", "2026-04-31", "2026-00-10", "2026-13-10", "2026-01-00", "2026-01-32",
	"0000-01-01", "0001-01-01", "2026-1-31", "2026/01/31", "1/31/2026", "31/1/2026", "2026-01-3x", "x026-01-31",
	"08:30", "24:00", "08:60", "08:30:15", "08:30:60", "08:30:15.5", "8:30",
	"2026-01-31T08:30", "2026-01-31 08:30", "2026-01-31T24:00", "2026-01-31T08:30:15", "2026-01-31 08:30:15", "2026-01-31T23:59:59",
	"2026-01-31T24:00:15", "2026-01-31T08:60:15", "2026-01-31T08:30:60", "2026-01-31T29:30:15", "2026-01-31T08:6x:15", "2026-02-30T08:30:15", "2026-01-31T08:30:15Z", "2026-01-31T08:30:15.250", "2026-01-31_08:30:15",
	"true", "false", "True", "FALSE", "tru", "truex", "NA", "text", "-text",
}

var laneTypes = []string{"int", "long", "float", "double", "decimal(9,2)", "decimal(38,10)", "boolean", "date", "time", "timestamp", "timestamptz", "string"}

// byRecord scans as Scan does, but for the lanes.
func byRecord(t *testing.T, in string, o Options) *Result {
	t.Helper()
	if err := o.setDefaults(); err != nil {
		t.Fatal(err)
	}
	opened, err := open(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	sc := newScanner(t.Context(), opened, o)
	if err := sc.begin(); err != nil {
		t.Fatal(err)
	}
	for sc.s.next() {
		sc.take(&sc.s.rec)
	}
	return sc.conclude()
}

// A run of ordinary records gives what the same records give one by one, for
// values of any kind held against any type, with other records among them.
func TestLaneIsAsRecordByRecord(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 40 {
		header := []string{"a", "b", "c", "d"}[:2+rng.IntN(3)]
		o := Options{Delimiter: '|', MaxRecord: 150}
		if rng.IntN(4) > 0 {
			for _, name := range header {
				o.Target = append(o.Target, Column{Name: name, Type: laneTypes[rng.IntN(len(laneTypes))]})
			}
		}
		in := unruly(rng, header)
		want, got := byRecord(t, in, o), scan(t, in, o)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("target %v\n%.400s\nby lanes  %+v\nby record %+v", o.Target, in, got, want)
		}
	}
}

// unruly writes records of which most are ordinary: alike within a column, with
// a value of another kind, a quoted, overlong or malformed one here and there.
func unruly(rng *rand.Rand, header []string) string {
	favourite := make([]string, len(header))
	for i := range favourite {
		favourite[i] = edges[rng.IntN(len(edges))]
	}
	odd := 5 * rng.IntN(2)
	newLines := [][]string{{"\n"}, {"\r\n"}, {"\n", "\n", "\n", "\r\n"}, {"\r\n", "\r"}}[rng.IntN(4)]
	var b strings.Builder
	b.WriteString(strings.Join(header, "|") + newLines[0])
	for b.Len() < 2*indexSize {
		for i := range header {
			v := favourite[i]
			switch rng.IntN(300) {
			case 0:
				v = `"` + v + `"`
			case 1:
				v = strings.Repeat("x", rng.IntN(150))
			case 2:
				v += "|"
			case 3:
				if odd == 0 {
					break
				}
				v += []string{"\x00", "\xff", "é", "é", `"`}[rng.IntN(odd)]
			case 4, 5, 6, 7, 8:
				v = edges[rng.IntN(len(edges))]
			}
			if i > 0 {
				b.WriteByte('|')
			}
			b.WriteString(v)
		}
		b.WriteString(newLines[rng.IntN(len(newLines))])
	}
	return b.String()
}

// A quick reader takes a value for what classify takes it for, or leaves it,
// whatever lies behind the value in memory.
func TestQuickReadersAgreeWithClassify(t *testing.T) {
	for _, v := range edges {
		for likely := text; likely < classes; likely++ {
			for _, behind := range []string{"", "0000000000000000000000", "0.00000000000000000000", ".", "000000000.000000000000", "................", ":-T :-T :-T :-T :-T", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
				if v == "" {
					continue
				}
				quick := column{likely: likely, room: digits{whole: 16, fraction: 16}}
				if !quick.observeLikely([]byte(v + behind)[:len(v)]) {
					continue
				}
				var slow column
				slow.observe([]byte(v), 1)
				if quick.n != slow.n || quick.whole != slow.whole || quick.fraction != slow.fraction {
					t.Errorf("%q expected as class %d: %v, %d.%d digits; classify: %v, %d.%d digits", v, likely,
						quick.n, quick.whole, quick.fraction, slow.n, slow.whole, slow.fraction)
				}
			}
		}
	}
}

// Nor do they take a value that the column's type may not hold.
func TestQuickReadersTakeOnlyWhatFits(t *testing.T) {
	for _, typ := range laneTypes {
		for _, v := range edges {
			for k := text; k < classes && v != ""; k++ {
				var c column
				c.expect(typ)
				c.expectLike(k)
				r := classify([]byte(v))
				if c.observeLikely([]byte(v)) && !c.fits.has(r.class) && !c.want.holds([]byte(v), r) {
					t.Errorf("%q was taken for a %s", v, typ)
				}
			}
		}
	}
}
