package simd_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// shapeSeeds are shapes that end inside of tiles, pairs and panels.
func shapeSeeds(f *testing.F) {
	f.Add([]byte{}, uint8(25), uint8(0), uint8(48), uint8(0)) // products of nothing
	for _, n := range []int{0, 1, 40, 999, 4096} {
		raw := make([]byte, n)
		for i, v := range bytes(n) {
			raw[i] = byte(v)
		}
		for _, s := range [][3]uint8{{1, 1, 1}, {13, 3, 17}, {7, 32, 33}, {25, 5, 48}} {
			f.Add(raw, s[0], s[1], s[2], uint8(n))
		}
	}
}

// FuzzMatMulI8 takes any bytes for activations and weights; what is missing is 0.
func FuzzMatMulI8(f *testing.F) {
	shapeSeeds(f)
	f.Fuzz(func(t *testing.T, raw []byte, rows, inner, n, gap uint8) {
		s := shape{int(rows % 40), int(inner) * 4, int(n%4) * 32}
		a := simd.Matrix[uint8]{Data: make([]uint8, s.rows*(s.k+int(gap))), Rows: s.rows, Cols: s.k, Stride: s.k + int(gap)}
		copy(a.Data, raw[:len(raw)/2])
		l := randomLayer(s.k, s.n)
		copy(l.weights, signed(raw[len(raw)/2:]))
		quants, out := someQuants(s.rows), filled(s.rows, s.n, int(gap), -7)
		for _, k := range everyLevel() {
			clear(out.Data)
			k.MatMulI8(a, quants, l.packed(), out)
			for r := range s.rows {
				if got, want := out.Row(r), l.of(a.Row(r), quants[r]); !slices.Equal(got, want) {
					t.Fatalf("%v: %v: row %d: got %v, want %v", k.Level(), s, r, got, want)
				}
			}
		}
	})
}

// FuzzMatMul takes any bits as float32, as FuzzFloats does.
func FuzzMatMul(f *testing.F) {
	shapeSeeds(f)
	f.Fuzz(func(t *testing.T, raw []byte, rows, inner, n, gap uint8) {
		s := shape{int(rows % 30), int(inner % 40), int(n % 70)}
		a, b := filled(s.rows, s.k, int(gap), 1), filled(s.k, s.n, int(gap), 1)
		for i := range len(raw) / 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			if half := len(raw) / 8; i < half && i < len(a.Data) {
				a.Data[i] = v
			} else if i >= half && i-half < len(b.Data) {
				b.Data[i-half] = v
			}
		}
		out := filled(s.rows, s.n, int(gap), -7)
		for _, k := range everyLevel() {
			k.MatMul(a, b, out)
			nearProduct(t, k, a, b, out)
		}
	})
}

// nearProduct wants each element of out to be near the exact sum, or of its kind.
func nearProduct(t *testing.T, k simd.Kernels, a, b, out simd.Matrix[float32]) {
	t.Helper()
	column := make([]float32, b.Rows)
	for c := range out.Cols {
		for i := range column {
			column[i] = b.Row(i)[c]
		}
		for r := range out.Rows {
			row, got := a.Row(r), out.Row(r)[c]
			if overflows(row, column, product) {
				continue
			}
			sum, size := exactly(row, column, product)
			if kind(sum) != kind(float64(got)) || kind(sum) == "finite" && !near(got, sum, size, len(row)) {
				t.Fatalf("%v: element (%d, %d) of %d terms: got %v, want %v", k.Level(), r, c, len(row), got, sum)
			}
		}
	}
}
