package csvscan

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// timesheets returns about n bytes of what a staffing agency exports.
func timesheets(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.Grow(n + 200)
	b.WriteString("timesheet_id,placement_id,worker,zip,work_date,clock_in,hours,bill_rate,approved,note\n")
	notes := []string{"", "", "", "night shift", "\"late, called in\"", "covered for Ana"}
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,%d,W-%06d,%05d,2026-%02d-%02d,2026-01-02T%02d:%02d:00,%d.%02d,%d.50,%t,%s\n",
			i+1, rng.IntN(90000), rng.IntN(40000), rng.IntN(99999), 1+rng.IntN(12), 1+rng.IntN(28),
			rng.IntN(24), rng.IntN(60), rng.IntN(12), 25*rng.IntN(4), 18+rng.IntN(60), rng.IntN(9) > 0,
			notes[rng.IntN(len(notes))])
	}
	return b.Bytes()
}

func BenchmarkScan(b *testing.B) {
	data := timesheets(100 << 20)
	own, err := Scan(context.Background(), bytes.NewReader(data), Options{})
	if err != nil {
		b.Fatal(err)
	}
	target := make([]Column, len(own.Columns))
	for i, c := range own.Columns {
		target[i] = Column{Name: c.Name, Type: c.Type}
	}
	scan := func(o Options) func(b *testing.B) {
		return func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				res, err := Scan(context.Background(), bytes.NewReader(data), o)
				if err != nil || res.HasBadRows() || res.Drift != nil {
					b.Fatal(res, err)
				}
			}
		}
	}
	b.Run("new", scan(Options{}))
	b.Run("target", scan(Options{Target: target}))
	b.Run("rewrite", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := Rewrite(context.Background(), bytes.NewReader(data), io.Discard, own, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("split", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			o := Options{}
			_ = o.setDefaults()
			s := newSplitter(context.Background(), opened{r: bytes.NewReader(data)}, ',', &o)
			for s.next() {
			}
		}
	})
	b.Run("encoding-csv", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(data))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
