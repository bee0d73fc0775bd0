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
	ints := func(n, rows, cols, stride int) simd.Matrix[int16] {
		return simd.Matrix[int16]{Data: make([]int16, n), Rows: rows, Cols: cols, Stride: stride}
	}
	f := func(rows, cols int) simd.Matrix[float32] { return filled(rows, cols, 0, 1) }
	w, two := randomLayer(6, 4).packed(), []float32{1, 1}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		out := filled(2, 4, 0, -7)
		short := out
		short.Data = short.Data[:7]
		for _, test := range []struct {
			why  string
			call func()
		}{
			{"the activations is 2 x 5, where 2 x 6 is needed", func() { k.MatMulI8(ints(10, 2, 5, 5), two, w, out) }},
			{"the activations is 3 x 6, where 2 x 6 is needed", func() { k.MatMulI8(ints(18, 3, 6, 6), two, w, out) }},
			{"the activations of 2 x 6, rows 8 apart, does not fit into 13 elements", func() { k.MatMulI8(ints(13, 2, 6, 8), two, w, out) }},
			{"the activations of 2 x 6 cannot have rows 5 apart", func() { k.MatMulI8(ints(12, 2, 6, 5), two, w, out) }},
			{"the activations of -1 x 6", func() { k.MatMulI8(ints(12, -1, 6, 6), nil, w, out) }},
			{"the result is 2 x 5, where 2 x 4 is needed", func() { k.MatMulI8(ints(12, 2, 6, 6), two, w, f(2, 5)) }},
			{"the result of 2 x 4, rows 4 apart, does not fit into 7 elements", func() { k.MatMulI8(ints(12, 2, 6, 6), two, w, short) }},
			{"2 x 3 by 4 x 4 is not 2 x 4", func() { k.MatMul(f(2, 3), f(4, 4), out) }},
			{"2 x 3 by 3 x 5 is not 2 x 4", func() { k.MatMul(f(2, 3), f(3, 5), out) }},
			{"the result of 2 x 4, rows 4 apart, does not fit", func() { k.MatMul(f(2, 3), f(3, 4), short) }},
			{"the transposed matrix is 2 x 4, where 4 x 2 is needed", func() { simd.Transpose(f(2, 4), out) }},
			{"weights of 3 x 2 take 64 packed elements", func() { simd.NewWeightsI8(3, 2, make([]int8, 63), two, two) }},
			{"weights of 3 x 2 take 64 packed elements, 2 scales", func() { simd.NewWeightsI8(3, 2, make([]int8, 64), two, two[:1]) }},
			{"5 weights are not 3 x 2", func() { simd.PackI8(make([]int8, 5), 3, 2) }},
			{"weights cannot be -1 x 2", func() { simd.PackedI8(-1, 2) }},
			{"no products of -1 weights", func() { simd.LimitI16(-1) }},
		} {
			if said := panicOf(test.call); !strings.HasPrefix(said, "simd: ") || !strings.Contains(said, test.why) {
				t.Errorf("want a panic that says %q, got %q", test.why, said)
			}
		}
		if !slices.Equal(out.Data, slices.Repeat([]float32{-7}, 8)) {
			t.Errorf("results were written before the panic: %v", out.Data)
		}
	})
}

func TestEmptyMatrices(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		out, bias := filled(2, 3, 1, -7), []float32{4, 5, 6}
		k.MatMulI8(simd.Matrix[int16]{Rows: 2}, []float32{1, 2}, simd.NewWeightsI8(0, 3, simd.PackI8(nil, 0, 3), bias, bias), out)
		if !slices.Equal(out.Data, []float32{4, 5, 6, -7, 4, 5, 6}) {
			t.Errorf("activations of no elements: got %v, want the biases", out.Data)
		}
		k.MatMul(simd.Matrix[float32]{Rows: 2}, simd.Matrix[float32]{Cols: 3, Stride: 3}, out)
		if !slices.Equal(out.Data, []float32{0, 0, 0, -7, 0, 0, 0}) {
			t.Errorf("sums of nothing: got %v, want 0", out.Data)
		}
		if row := (simd.Matrix[float32]{Rows: 2, Stride: 9}).Row(1); len(row) != 0 {
			t.Errorf("a row of no elements: got %v", row)
		}
		k.MatMulI8(simd.MatrixOf[int16](nil, 0, 6), nil, randomLayer(6, 4).packed(), filled(0, 4, 0, 0))
		k.MatMulI8(simd.MatrixOf(shorts(6), 1, 6), []float32{1}, simd.NewWeightsI8(6, 0, nil, nil, nil), filled(1, 0, 0, 0))
		k.MatMul(filled(0, 2, 0, 0), filled(2, 2, 0, 0), filled(0, 2, 0, 0))
	})
}

func TestMatricesDoNotAllocate(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		a, scales, w, out := simd.MatrixOf(shorts(30*40), 30, 40), floats(30), randomLayer(40, 50).packed(), filled(30, 50, 0, 0)
		p, q := filled(30, 40, 0, 1), filled(40, 50, 0, 1)
		n := testing.AllocsPerRun(10, func() {
			k.MatMulI8(a, scales, w, out)
			k.MatMul(p, q, out)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
