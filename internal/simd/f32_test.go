package simd_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// exactly gives a sum of terms and that of their magnitudes, both in float64: the
// products of two float32 are exact there.
func exactly(a, b []float32, term func(x, y float64) float64) (sum, size float64) {
	for i := range a {
		v := term(float64(a[i]), float64(b[i]))
		sum += v
		size += math.Abs(v)
	}
	return sum, size
}

func product(x, y float64) float64 { return x * y }
func square(x, y float64) float64  { return (x - y) * (x - y) }

// near is the bound that the package promises: each term is rounded at most n+2
// times by 2^-24, or by half of the least float32 where it vanishes.
func near(got float32, sum, size float64, n int) bool {
	bound := float64(n+3)*math.Ldexp(size, -24) + float64(n)*math.Ldexp(1, -149)
	return math.Abs(float64(got)-sum) <= bound
}

// pairs are the float kernels, each for two vectors.
func pairs(k simd.Kernels) map[string]struct {
	kernel func(a, b []float32) float32
	term   func(x, y float64) float64
} {
	return map[string]struct {
		kernel func(a, b []float32) float32
		term   func(x, y float64) float64
	}{
		"Dot":       {k.Dot, product},
		"SquaredL2": {alone(k.SquaredL2Rows), square},
	}
}

func TestFloatsAreNearAtEveryLength(t *testing.T) {
	a, b := floats(4200), floats(4201)
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for name, p := range pairs(k) {
			for n := range 4101 {
				if n > 300 && n%37 != 0 && n < 4090 {
					continue
				}
				x, y := a[n%17:][:n], b[n%13:][:n]
				sum, size := exactly(x, y, p.term)
				if got := p.kernel(x, y); !near(got, sum, size, n) {
					t.Fatalf("%s of %d elements: got %v, want %v", name, n, got, sum)
				}
			}
		}
	})
}

// TestSpecialFloats puts what is not a number, or infinite, at each place of vectors
// of each kind of length, and wants what the sum itself gives.
func TestSpecialFloats(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	cases := []struct{ a, b, c, d float32 }{ // a·b at one place, c·d at another
		{nan, 1, 1, 1}, {1, nan, 1, 1}, {nan, 0, 1, 1}, {nan, inf, 1, 1},
		{inf, 2, 1, 1}, {inf, -2, 1, 1}, {2, -inf, 1, 1}, {inf, 0, 1, 1}, {0, -inf, 1, 1},
		{inf, 1, inf, 1}, {inf, 1, -inf, 1}, {inf, 1, 1, -inf}, {inf, inf, -inf, -inf}, {inf, inf, 0, nan},
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for name, p := range pairs(k) {
			for _, n := range []int{2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 79, 100, 130} {
				for at := range n {
					for _, c := range cases {
						a, b := floats(n), floats(n + 1)[:n]
						other := (at + n/2) % n
						a[at], b[at], a[other], b[other] = c.a, c.b, c.c, c.d
						want, _ := exactly(a, b, p.term)
						if got := p.kernel(a, b); kind(float64(got)) != kind(want) {
							t.Fatalf("%s with %v at %d and %d of %d: got %v, want %v", name, c, at, other, n, got, want)
						}
					}
				}
			}
		}
	})
}

func kind(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return "finite"
}

// TestRowsAreTheirPairs: a row's result is the same bits alone and in a batch at any
// place, and that of Dot also in a range.
func TestRowsAreTheirPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for name, f := range map[string]struct {
			pair func(a, b []float32) float32
			rows func(query, rows []float32, ids []uint32, out []float32)
		}{
			"Dot":       {k.Dot, k.DotRows},
			"SquaredL2": {alone(k.SquaredL2Rows), k.SquaredL2Rows},
		} {
			for _, dim := range []int{1, 3, 7, 8, 12, 16, 24, 33, 64, 100, 127, 128, 200, 384, 768, 777} {
				const count = 300
				query, rows := floats(dim), floats(dim*count)
				every := make([]float32, count)
				for id := range every {
					every[id] = f.pair(query, rows[id*dim:][:dim])
				}
				if name == "Dot" {
					inRange := make([]float32, count)
					if k.DotRange(query, rows, inRange); !slices.Equal(inRange, every) {
						t.Fatalf("DotRange, dim %d: got %v, alone %v", dim, inRange, every)
					}
				}
				for n := range 14 {
					ids := someIDs(r, n, count)
					out := make([]float32, n+1)
					out[n] = -7
					f.rows(query, rows, ids, out)
					for i, id := range ids {
						if out[i] != every[id] {
							t.Fatalf("%sRows, dim %d, %d ids: row %d: got %v, alone %v", name, dim, n, id, out[i], every[id])
						}
					}
					if out[n] != -7 {
						t.Fatalf("%sRows, dim %d, %d ids: wrote beyond the results asked for", name, dim, n)
					}
				}
			}
		}
	})
}
