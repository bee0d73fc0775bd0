package simd_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestMatMul wants sums as near as the package promises at every shape, nothing written
// between the rows, and of each row the same bits that it has alone.
func TestMatMul(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, s := range shapes() {
			gap := s.rows % 3
			a, b, out := filled(s.rows, s.k, gap, 0), filled(s.k, s.n, gap, 0), filled(s.rows, s.n, gap, -7)
			copy(a.Data, floats(len(a.Data)))
			copy(b.Data, floats(len(b.Data)))
			k.MatMul(a, b, out)
			for r := range s.rows {
				alone := simd.MatrixOf(make([]float32, s.n), 1, s.n)
				k.MatMul(simd.MatrixOf(a.Row(r), 1, s.k), b, alone)
				if !slices.Equal(alone.Data, out.Row(r)) {
					t.Fatalf("%v: row %d: got %v, alone %v", s, r, out.Row(r), alone.Data)
				}
			}
			nearProduct(t, k, a, b, out)
			intact(t, out)
		}
	})
}

// TestMatMulIsTheSameOnBothUnits: a text gets the same vector on any processor with
// AVX2.
func TestMatMulIsTheSameOnBothUnits(t *testing.T) {
	narrow, ok2 := simd.At(simd.AVX2)
	wide, ok512 := simd.At(simd.AVX512)
	if !ok2 || !ok512 {
		t.Skip("this processor or build lacks one of the two")
	}
	a, b := simd.MatrixOf(floats(29*300), 29, 300), simd.MatrixOf(floats(300*45), 300, 45)
	x, y := filled(29, 45, 0, -7), filled(29, 45, 0, -7)
	narrow.MatMul(a, b, x)
	wide.MatMul(a, b, y)
	if !slices.Equal(x.Data, y.Data) {
		t.Error("AVX2 and AVX-512 round differently")
	}
}

// TestMatMulOfSpecialFloats: what is not finite stays in its row or column.
func TestMatMulOfSpecialFloats(t *testing.T) {
	const rows, inner, n = 13, 5, 37
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		a, b, out := filled(rows, inner, 0, 1), filled(inner, n, 0, 1), filled(rows, n, 0, -7)
		a.Row(3)[4], a.Row(12)[0], b.Row(4)[36], b.Row(2)[17] = nan, inf, -inf, 0
		b.Row(0)[17] = 0
		k.MatMul(a, b, out)
		nearProduct(t, k, a, b, out)
	})
}

func TestTranspose(t *testing.T) {
	for _, s := range [][2]int{{0, 3}, {3, 0}, {1, 1}, {7, 9}, {8, 8}, {9, 7}, {30, 32}} {
		from, to := filled(s[0], s[1], 2, 0), filled(s[1], s[0], 1, -7)
		copy(from.Data, floats(len(from.Data)))
		simd.Transpose(from, to)
		for r := range from.Rows {
			for c, want := range from.Row(r) {
				if got := to.Row(c)[r]; got != want {
					t.Fatalf("%v: element (%d, %d): got %v, want %v", s, r, c, got, want)
				}
			}
		}
		intact(t, to)
	}
}

// TestMatricesThatDoNotFitPanic: the panic says what was wrong, with nothing written.
func TestMatricesThatDoNotFitPanic(t *testing.T) {
	ints := func(n, rows, cols, stride int) simd.Matrix[uint8] {
		return simd.Matrix[uint8]{Data: make([]uint8, n), Rows: rows, Cols: cols, Stride: stride}
	}
	f := func(rows, cols int) simd.Matrix[float32] { return filled(rows, cols, 0, 1) }
	w, two := randomLayer(8, 32).packed(), someQuants(2)
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		out, wide := filled(2, 4, 0, -7), filled(2, 32, 0, -7)
		short, shortWide := out, wide
		short.Data, shortWide.Data = short.Data[:7], shortWide.Data[:63]
		for _, test := range []struct {
			why  string
			call func()
		}{
			{"the activations is 2 x 7, where 2 x 8 is needed", func() { k.MatMulI8(ints(14, 2, 7, 7), two, w, wide) }},
			{"the activations is 3 x 8, where 2 x 8 is needed", func() { k.MatMulI8(ints(24, 3, 8, 8), two, w, wide) }},
			{"the activations of 2 x 8, rows 10 apart, does not fit into 17 elements", func() { k.MatMulI8(ints(17, 2, 8, 10), two, w, wide) }},
			{"the activations of 2 x 8 cannot have rows 7 apart", func() { k.MatMulI8(ints(16, 2, 8, 7), two, w, wide) }},
			{"the activations of -1 x 8", func() { k.MatMulI8(ints(16, -1, 8, 8), nil, w, wide) }},
			{"the result is 2 x 31, where 2 x 32 is needed", func() { k.MatMulI8(ints(16, 2, 8, 8), two, w, f(2, 31)) }},
			{"the result of 2 x 32, rows 32 apart, does not fit into 63 elements", func() { k.MatMulI8(ints(16, 2, 8, 8), two, w, shortWide) }},
			{"2 x 3 by 4 x 4 is not 2 x 4", func() { k.MatMul(f(2, 3), f(4, 4), out) }},
			{"2 x 3 by 3 x 5 is not 2 x 4", func() { k.MatMul(f(2, 3), f(3, 5), out) }},
			{"the result of 2 x 4, rows 4 apart, does not fit", func() { k.MatMul(f(2, 3), f(3, 4), short) }},
			{"the transposed matrix is 2 x 4, where 4 x 2 is needed", func() { simd.Transpose(f(2, 4), out) }},
			{"weights of 4 x 32 take 128 packed elements, 32 sums", func() { simd.NewWeightsI8(4, 32, make([]int8, 127), make([]int32, 32), floats(32), floats(32)) }},
			{"and as many scales and biases, not 128, 32, 31 and 32", func() { simd.NewWeightsI8(4, 32, make([]int8, 128), make([]int32, 32), floats(31), floats(32)) }},
			{"127 weights are not 4 x 32", func() { simd.PackI8(make([]int8, 127), 4, 32) }},
			{"weights cannot be -4 x 32", func() { simd.PackI8(nil, -4, 32) }},
			{"weights cannot be 6 x 32: rows come in fours", func() { simd.PackI8(make([]int8, 192), 6, 32) }},
			{"weights cannot be 4 x 16: rows come in fours", func() { simd.PackI8(make([]int8, 64), 4, 16) }},
		} {
			if said := panicOf(test.call); !strings.HasPrefix(said, "simd: ") || !strings.Contains(said, test.why) {
				t.Errorf("want a panic that says %q, got %q", test.why, said)
			}
		}
		for _, written := range []simd.Matrix[float32]{out, wide} {
			if slices.ContainsFunc(written.Data, func(v float32) bool { return v != -7 }) {
				t.Errorf("results were written before the panic: %v", written.Data)
			}
		}
	})
}

func TestEmptyMatrices(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		bias, wide, out := floats(32), filled(2, 32, 1, -7), filled(2, 3, 1, -7)
		panels, sums := simd.PackI8(nil, 0, 32)
		k.MatMulI8(simd.Matrix[uint8]{Rows: 2}, someQuants(2), simd.NewWeightsI8(0, 32, panels, sums, bias, bias), wide)
		if want := slices.Concat(bias, []float32{-7}, bias); !slices.Equal(wide.Data, want) {
			t.Errorf("activations of no elements: got %v, want the biases", wide.Data)
		}
		k.MatMul(simd.Matrix[float32]{Rows: 2}, simd.Matrix[float32]{Cols: 3, Stride: 3}, out)
		if !slices.Equal(out.Data, []float32{0, 0, 0, -7, 0, 0, 0}) {
			t.Errorf("sums of nothing: got %v, want 0", out.Data)
		}
		if row := (simd.Matrix[float32]{Rows: 2, Stride: 9}).Row(1); len(row) != 0 {
			t.Errorf("a row of no elements: got %v", row)
		}
		k.MatMulI8(simd.MatrixOf[uint8](nil, 0, 8), nil, randomLayer(8, 32).packed(), filled(0, 32, 0, 0))
		k.MatMulI8(simd.MatrixOf(quantised(8), 1, 8), someQuants(1), simd.NewWeightsI8(8, 0, nil, nil, nil, nil), filled(1, 0, 0, 0))
		k.MatMul(filled(0, 2, 0, 0), filled(2, 2, 0, 0), filled(0, 2, 0, 0))
	})
}

func TestMatricesDoNotAllocate(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		a, quants, w, out := simd.MatrixOf(quantised(30*40), 30, 40), someQuants(30), randomLayer(40, 64).packed(), filled(30, 64, 0, 0)
		p, q := filled(30, 40, 0, 1), filled(40, 64, 0, 1)
		n := testing.AllocsPerRun(10, func() {
			k.MatMulI8(a, quants, w, out)
			k.MatMul(p, q, out)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
