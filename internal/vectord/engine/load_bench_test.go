package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// An index that was saved is loaded from memory: with five fields of metadata, one of them
// another in each item, with none, and with a text of 40 words. MB/cpu-s is by processor time.
func BenchmarkLoad(b *testing.B) {
	cities := []string{"Austin", "Waco", "Dallas", "El Paso", "Houston", "Laredo", "Tyler"}
	for _, c := range []struct {
		name  string
		count int
		about func(n int, r *rand.Rand) []byte
	}{
		{"fields", 100_000, func(n int, r *rand.Rand) []byte {
			return fmt.Appendf(nil, `{"city":%q,"rate":%.2f,"since":"20%02d-%02d-%02d","nights":%v,"badge":"b-%07d"}`,
				cities[r.IntN(len(cities))], 15+float64(r.IntN(6000))/100, 10+r.IntN(16), 1+r.IntN(12), 1+r.IntN(28), n%3 == 0, n)
		}},
		{"none", 20_000, func(int, *rand.Rand) []byte { return nil }},
		{"texts", 20_000, func(n int, r *rand.Rand) []byte {
			var text []byte
			for range 40 {
				text = fmt.Appendf(text, "word%d ", int(math.Exp(r.Float64()*10)))
			}
			return fmt.Appendf(nil, `{"text":%q}`, text)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			config := engine.Config{Dimension: 384, EfConstruction: 16, M: 16, MaxItems: 1 << 17, TextFields: []string{"text"}}
			x, err := engine.New(config, simd.Best())
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			r := rand.New(rand.NewPCG(1, 2))
			for n := 0; n < c.count; {
				var list []engine.Item
				for ; len(list) < 1000; n++ {
					it := engine.Item{ID: fmt.Sprintf("item-%08d", n), Vector: make([]float32, 384), Metadata: c.about(n, r)}
					for i := range it.Vector {
						it.Vector[i] = float32(r.NormFloat64())
					}
					list = append(list, it)
				}
				batch, err := x.Check(list)
				if err == nil {
					_, _, err = x.Apply(batch)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			x.Settle(b.Context(), 2)
			var saved bytes.Buffer
			if err := x.Save(&saved, nil); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(saved.Len()))
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				y, err := engine.New(config, simd.Best())
				if err == nil {
					err = y.Load(bytes.NewReader(saved.Bytes()))
				}
				if err != nil {
					b.Fatal(err)
				}
				y.Close()
			}
			b.ReportMetric(float64(saved.Len())*float64(b.N)*1e3/float64(cpu(b)-before), "MB/cpu-s")
		})
	}
}
