package csvscan

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// table makes rows of every kind of value; a nil value is NULL.
func table(rng *rand.Rand, rows int) [][]*string {
	kinds := []func() string{
		func() string { return fmt.Sprint(rng.IntN(1000) - 500) },
		func() string { return fmt.Sprintf("%d.%03d", rng.IntN(100)+1, rng.IntN(1000)) },
		func() string { return fmt.Sprintf("2026-%02d-%02d", 1+rng.IntN(12), 1+rng.IntN(28)) },
		func() string { return fmt.Sprintf("%d/%d/2026", 1+rng.IntN(12), 1+rng.IntN(28)) },
		func() string { return fmt.Sprintf("%05d", rng.IntN(100000)) },
		func() string { return fmt.Sprintf("2026-01-01T%02d:%02d:00Z", rng.IntN(24), rng.IntN(60)) },
		func() string { return []string{"x,y", "say \"hi\"", "a\nb", "é;|", "plain"}[rng.IntN(5)] },
		func() string { return fmt.Sprint(rng.IntN(2) == 0) },
	}
	out := make([][]*string, rows)
	for i := range out {
		for _, kind := range kinds {
			v := kind()
			cell := &v
			if rng.IntN(8) == 0 {
				cell = nil
			}
			out[i] = append(out[i], cell)
		}
	}
	return out
}

// style is a way of writing a table.
type style struct {
	delim, newLine string
	bom, quoteAll  bool
}

func (s style) write(rows [][]*string) string {
	var b strings.Builder
	if s.bom {
		b.WriteString("\ufeff")
	}
	b.WriteString(strings.Join([]string{"i", "d", "day", "us", "zip", "at", "note", "ok"}, s.delim) + s.newLine)
	for _, r := range rows {
		for i, cell := range r {
			if i > 0 {
				b.WriteString(s.delim)
			}
			switch {
			case cell == nil:
			case s.quoteAll || strings.ContainsAny(*cell, "\"\n,;|\t"):
				b.WriteString(`"` + strings.ReplaceAll(*cell, `"`, `""`) + `"`)
			default:
				b.WriteString(*cell)
			}
		}
		b.WriteString(s.newLine)
	}
	return b.String()
}

// However a table is written, in whatever order, and however it arrives, its
// columns are the same.
func TestStyleDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	rows := table(rng, 300)
	want := scan(t, style{",", "\n", false, false}.write(rows), Options{}).Columns
	types := []string{"long", "decimal(18,3)", "date", "date", "string", "timestamptz", "string", "boolean"}
	for i, c := range want {
		if c.Type != types[i] {
			t.Fatalf("column %s is %s, want %s", c.Name, c.Type, types[i])
		}
	}
	for _, delim := range []string{",", ";", "\t", "|"} {
		for _, nl := range []string{"\n", "\r\n", "\r"} {
			for _, all := range []bool{false, true} {
				rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
				in := style{delim, nl, all, all}.write(rows)
				res := scan(t, in, Options{})
				if res.BadCount > 0 || !reflect.DeepEqual(res.Columns, want) || string(res.Dialect.Delimiter) != delim {
					t.Errorf("%q %q quoted %t: %+v", delim, nl, all, res.Columns)
				}
			}
		}
	}
}

func TestReadSizesDoNotMatter(t *testing.T) {
	in := style{",", "\r\n", true, false}.write(table(rand.New(rand.NewPCG(5, 6)), 2000)) +
		"1,2\r\nx\"y\r\n\"open\r\nfor ever"
	want := scan(t, in, Options{})
	for name, wrap := range map[string]func() (*Result, error){
		"by byte": func() (*Result, error) {
			return Scan(context.Background(), iotest.OneByteReader(strings.NewReader(in)), Options{})
		},
		"half": func() (*Result, error) {
			return Scan(context.Background(), iotest.HalfReader(strings.NewReader(in)), Options{})
		},
		"with EOF": func() (*Result, error) {
			return Scan(context.Background(), iotest.DataErrReader(strings.NewReader(in)), Options{})
		},
	} {
		got, err := wrap()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\n%+v", name, err, got, want)
		}
	}
	if want.BadCount != 3 || want.Records != 2000 {
		t.Errorf("%d good and %d bad records", want.Records, want.BadCount)
	}
}

// What Rewrite writes is clean, holds the same values, and is rewritten to
// itself.
func TestRewriteIsAFixedPoint(t *testing.T) {
	rows := table(rand.New(rand.NewPCG(7, 8)), 4000)
	in := style{"|", "\r", true, true}.write(rows) + "bad|row\r\r"
	once, aside, _ := rewrite(t, in, Options{})
	res := scan(t, once, Options{})
	if res.HasBadRows() || len(aside) != 1 || !reflect.DeepEqual(res.Columns, scan(t, in, Options{}).Columns) {
		t.Errorf("clean %t, %d put aside", !res.HasBadRows(), len(aside))
	}
	if twice, _, _ := rewrite(t, once, Options{}); twice != once {
		t.Error("a second rewrite differs from the first")
	}
	want := style{",", "\n", false, false}.write(rows)
	if !equalRows(split(t, strings.NewReader(once), ',', 0)[1:], split(t, bytes.NewReader([]byte(want)), ',', 0)[1:]) {
		t.Error("the values changed")
	}
}
