package simd_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// quantisedOf is what Quantise promises, in the plain way.
func quantisedOf(x, factors []float32) ([]uint8, simd.Quant) {
	var low, high float32
	for i, v := range x {
		low, high = min(low, v*factors[i]), max(high, v*factors[i])
	}
	out, width := make([]uint8, len(x)), high-low
	if width < 0x1p-100 {
		return out, simd.Quant{}
	}
	steps := func(v float32) int32 { return int32(math.RoundToEven(float64(v * (255 / width)))) }
	for i, v := range x {
		out[i] = uint8(min(255, steps(v*factors[i])-steps(low)))
	}
	return out, simd.Quant{Scale: width / 255, Offset: steps(low)}
}

// TestQuantise wants the bytes of the plain loop at every level, and each to stand for a
// number that is no further than half a step, or one at the end of the scale.
func TestQuantise(t *testing.T) {
	rows := map[string][]float32{
		"both signs": floats(384), "ends": slices.Repeat([]float32{-1, 1, 0.5, 0}, 8),
		"positive": slices.Repeat([]float32{3, 5, 4, 4}, 4), "negative": slices.Repeat([]float32{-3, -5, -4, -4}, 12),
		"zero": make([]float32, 32), "tiny": slices.Repeat([]float32{1e-38, -1e-44}, 8), "none": nil,
		"huge": slices.Repeat([]float32{1e37, -1e38, 1e38}, 16), "one": append(make([]float32, 31), 7),
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for name, x := range rows {
			for _, factors := range [][]float32{slices.Repeat([]float32{1}, len(x)), floats(len(x))} {
				got := make([]uint8, len(x))
				quant := k.Quantise(x, factors, got)
				if want, wantQuant := quantisedOf(x, factors); !slices.Equal(got, want) || quant != wantQuant {
					t.Fatalf("%s: got %v of %v, want %v of %v", name, got, quant, want, wantQuant)
				}
				for i, q := range got {
					stands, want := float64(int32(q)+quant.Offset)*float64(quant.Scale), float64(x[i]*factors[i])
					if math.Abs(stands-want) > 1.01*float64(quant.Scale)+0x1p-100 || quant.Offset < -255 || quant.Offset > 0 {
						t.Fatalf("%s: %d of %v stands for %v, not %v", name, q, quant, stands, want)
					}
				}
			}
		}
	})
}

// everyFloat gives finite numbers of every exponent and both signs, 128 of each, and their
// neighbours.
func everyFloat() []float32 {
	var list []float32
	for high := range uint32(1 << 16) {
		for _, low := range []uint32{0, 1, 0x8000, 0xffff} {
			if v := math.Float32frombits(high<<16 | low); !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) {
				list = append(list, v)
			}
		}
	}
	return list[:len(list)/16*16]
}

func TestGELU(t *testing.T) {
	x := everyFloat()
	for v := float32(-6); v < 6; v += 1e-4 {
		x = append(x, v)
	}
	x = x[:len(x)/16*16]
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		got := slices.Clone(x)
		k.GELU(got)
		worst := 0.0
		for i, v := range x {
			want := float64(v) * (0.5 + 0.5*math.Erf(float64(v)/math.Sqrt2))
			distance := math.Abs(float64(got[i])-want) / max(1, math.Abs(float64(v)))
			if worst = max(worst, distance); !(distance <= 0x1p-19) {
				t.Fatalf("GELU(%v): got %v, want %v", v, got[i], want)
			}
		}
		t.Logf("the largest distance is %.3g", worst)
	})
}

func TestExp(t *testing.T) {
	var rows [][]float32
	for from := float32(0); from > -110; from -= 0.11 {
		row := append([]float32{0}, floats(255)...)
		for i := range row[1:] {
			row[i+1] = from - (row[i+1]+1)/10
		}
		rows = append(rows, row)
	}
	inf := float32(math.Inf(-1))
	rows = append(rows, append([]float32{-3, 8, 8, 7.5}, slices.Repeat([]float32{inf}, 12)...), slices.Repeat([]float32{1e38, -1e38}, 8), nil)
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		worst := 0.0
		for _, row := range rows {
			got, sum, largest := slices.Clone(row), 0.0, float32(math.Inf(-1))
			for _, v := range row {
				largest = max(largest, v)
			}
			gotSum := k.Exp(got)
			for i, v := range row {
				want := math.Exp(float64(v) - float64(largest))
				if want > 0x1p-120 {
					worst = max(worst, math.Abs(float64(got[i])-want)/want)
				}
				if math.Abs(float64(got[i])-want) > max(want*0x1p-21, 0x1p-120) {
					t.Fatalf("e^(%v-%v): got %v, want %v", v, largest, got[i], want)
				}
				sum += want
			}
			if math.Abs(float64(gotSum)-sum) > sum*(float64(len(row)+3)*0x1p-24+0x1p-21) {
				t.Fatalf("the sum: got %v, want %v", gotSum, sum)
			}
		}
		t.Logf("the largest distance is %.3g", worst)
	})
}

func TestAddNorm(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, n := range []int{16, 32, 48, 384, 1536} {
			x, y, gamma, beta := floats(n), floats(n + 1)[:n], floats(n + 2)[:n], floats(n + 3)[:n]
			x[n/2] = 30 // as some channels are
			want := normalised(x, y, gamma, beta)
			k.AddNorm(x, y, gamma, beta)
			for i, got := range x {
				if math.Abs(float64(got)-want[i]) > 1e-5*max(1, math.Abs(want[i])) {
					t.Fatalf("%d elements: got %v at %d, want %v", n, got, i, want[i])
				}
			}
		}
		x := slices.Repeat([]float32{2}, 16) // of no variance
		if k.AddNorm(x, x, floats(16), slices.Repeat([]float32{5}, 16)); !slices.Equal(x, slices.Repeat([]float32{5}, 16)) {
			t.Errorf("equal numbers: got %v, want the betas", x)
		}
	})
}

func normalised(x, y, gamma, beta []float32) []float64 {
	n, mean, squares := float64(len(x)), 0.0, 0.0
	for i := range x {
		mean += (float64(x[i]) + float64(y[i])) / n
	}
	for i := range x {
		squares += math.Pow(float64(x[i])+float64(y[i])-mean, 2)
	}
	want := make([]float64, len(x))
	for i := range x {
		want[i] = (float64(x[i])+float64(y[i])-mean)/math.Sqrt(squares/n+1e-12)*float64(gamma[i]) + float64(beta[i])
	}
	return want
}

// TestLayersAreTheSameOnBothUnits as products are.
func TestLayersAreTheSameOnBothUnits(t *testing.T) {
	narrow, ok2 := simd.At(simd.AVX2)
	wide, ok512 := simd.At(simd.AVX512)
	if !ok2 || !ok512 {
		t.Skip("this processor or build lacks one of the two")
	}
	for name, layer := range map[string]func(simd.Kernels, []float32){
		"GELU":    func(k simd.Kernels, x []float32) { k.GELU(x) },
		"Exp":     func(k simd.Kernels, x []float32) { x[0] += k.Exp(x) },
		"AddNorm": func(k simd.Kernels, x []float32) { k.AddNorm(x, floats(len(x)), floats(len(x)), floats(len(x))) },
	} {
		a, b := floats(16*37), floats(16*37)
		layer(narrow, a)
		layer(wide, b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: AVX2 and AVX-512 round differently", name)
		}
	}
}

func TestLayersRefuse(t *testing.T) {
	x, out := floats(16), make([]uint8, 16)
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for name, call := range map[string]func(){
			"GELU":     func() { k.GELU(floats(15)) },
			"Exp":      func() { k.Exp(floats(17)) },
			"AddNorm":  func() { k.AddNorm(x, x, x, floats(32)) },
			"Quantise": func() { k.Quantise(x, x, make([]uint8, 15)) },
		} {
			if said := panicOf(call); !strings.Contains(said, "one length that is a multiple of 16") {
				t.Errorf("%s: got %q", name, said)
			}
		}
		if n := testing.AllocsPerRun(10, func() { k.GELU(x); k.Exp(x); k.AddNorm(x, x, x, x); k.Quantise(x, x, out) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
