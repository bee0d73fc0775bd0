package rows

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

func TestDecimalsAreThoseOfBigInt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		high, low := random.Uint64(), random.Uint64()
		switch shift := random.IntN(128); {
		case shift < 64:
			high = uint64(int64(high) >> shift)
		default:
			high, low = 0, low>>(shift-64)
		}
		n := decimal128.New(int64(high), low)
		if got, want := string(appendDecimal(nil, n, 0)), n.BigInt().String(); got != want {
			t.Fatalf("%d, %d: got %s, want %s", int64(high), low, got, want)
		}
		scale := random.IntN(39)
		got, ok := new(big.Rat).SetString(string(appendDecimal(nil, n, scale)))
		want := new(big.Rat).SetFrac(n.BigInt(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("scale %d: got %s, want %s", scale, got, want)
		}
	}
}

func TestDecimalText(t *testing.T) {
	for _, c := range []struct {
		n     int64
		scale int
		want  string
	}{
		{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {50, 2, "0.50"}, {12345, 2, "123.45"}, {-100, 2, "-1.00"},
	} {
		if got := string(appendDecimal(nil, decimal128.FromI64(c.n), c.scale)); got != c.want {
			t.Errorf("%d / 10^%d: got %s, want %s", c.n, c.scale, got, c.want)
		}
	}
}

// TestDoublesAreTheShortest: among the numbers as tables have them, their neighbours
// and all others.
func TestDoublesAreTheShortest(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.3, 1e15 - 0.125, 1e15, 1e16, 0.00005, 0.0001, 123456789012345.6, 1e-7, 1e21, math.MaxFloat64, 5e-324}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		table := float64(random.Int64N(1<<random.IntN(60))-1000) / math.Pow10(random.IntN(7))
		values = append(values, table, math.Nextafter(table, 1e300), math.Nextafter(table, -1e300), math.Float64frombits(random.Uint64()))
	}
	write := floats(values, 64, `"`)
	for i, f := range values {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		format := byte('f')
		if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		if got, want := string(write(nil, i)), strconv.FormatFloat(f, format, -1, 64); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestDatesAreThoseOfTheCalendar(t *testing.T) {
	first := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := int64(0); day < 366*10_000; day += 11 {
		at := first.AddDate(0, 0, int(day))
		if at.Year() > 9999 {
			break
		}
		if got, want := string(appendDate(nil, at.Unix()/secondsPerDay)), at.Format(time.DateOnly); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestDatesBeyondFourDigits(t *testing.T) {
	if got := string(appendDate(nil, time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay)); got != "-000001-12-31" {
		t.Errorf("got %s", got)
	}
	for _, c := range []struct {
		year int
		want string
	}{{0, "0000-03-01"}, {-1, "-000001-03-01"}, {-44, "-000044-03-01"}, {10_000, "+010000-03-01"}, {262_142, "+262142-03-01"}} {
		days := time.Date(c.year, 3, 1, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
		if got := string(appendDate(nil, days)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestFractionsOfASecond(t *testing.T) {
	for _, c := range []struct {
		fraction, perSecond int64
		want                string
	}{{0, 1, ""}, {5, 1e3, ".005"}, {120, 1e3, ".12"}, {999_999, 1e6, ".999999"}, {1, 1e6, ".000001"}, {500_000, 1e6, ".5"}, {1, 1e9, ".000000001"}, {120_000_000, 1e9, ".12"}} {
		if got, want := string(appendClock(nil, 86_399, c.fraction, c.perSecond)), "23:59:59"+c.want; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestIntervalText(t *testing.T) {
	for text, want := range map[string]string{
		"00:00:00":                               "PT0S",
		"1 year 2 months 3 days 04:05:06.789":    "P1Y2M3DT4H5M6.789S",
		"-1 years -2 months -3 days -04:05:00.5": "P-1Y-2M-3DT-4H-5M-0.5S",
		"1 day":                                  "P1D",
		"2562048:00:00":                          "PT2562048H",
		"00:00:00.000001":                        "PT0.000001S",
		"5 fortnights":                           "5 fortnights",
		"1 month -1 days":                        "P1M-1D",
		"-2562047788:00:54.775808":               "PT-2562047788H-54.775808S",
	} {
		if got := string(appendInterval(nil, text)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestMemberTypes(t *testing.T) {
	got := memberTypes(`STRUCT(a INTERVAL, "b ,""(" STRUCT(c INTERVAL, d INTEGER)[], e MAP(VARCHAR, INTERVAL))`, 3)
	want := []string{"INTERVAL", "STRUCT(c INTERVAL, d INTEGER)[]", "MAP(VARCHAR, INTERVAL)"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("member %d: got %q, want %q", i, got[i], want[i])
		}
	}
	if got := elementType(want[1]); got != "STRUCT(c INTERVAL, d INTEGER)" {
		t.Errorf("element type: got %q", got)
	}
}
