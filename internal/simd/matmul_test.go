package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// layer is a layer of a model as one writes it down: weights k x n, unpacked.
type layer struct {
	k, n           int
	weights        []int8
	scales, biases []float32
}

func randomLayer(k, n int) layer {
	return layer{k: k, n: n, weights: bytes(k * n), scales: floats(n), biases: floats(n + 1)[:n]}
}

func (l layer) packed() simd.WeightsI8 {
	return simd.NewWeightsI8(l.k, l.n, simd.PackI8(l.weights, l.k, l.n), l.scales, l.biases)
}

// of is what the layer makes of a row: the sum in int64, so that it is exact, then its
// lowest 32 bits.
func (l layer) of(row []int16, scale float32) []float32 {
	out := make([]float32, l.n)
	for c := range out {
		var sum int64
		for i, x := range row {
			sum += int64(x) * int64(l.weights[i*l.n+c])
		}
		factor := scale * l.scales[c]
		out[c] = float32(float32(int32(sum))*factor) + l.biases[c]
	}
	return out
}

func shorts(n int) []int16 {
	r := rand.New(rand.NewPCG(uint64(n), 5))
	list := make([]int16, n)
	for i := range list {
		list[i] = int16(r.Uint32())
	}
	return list
}

// filled is a matrix of the shape with gap elements between its rows, the value in all.
func filled(rows, cols, gap int, value float32) simd.Matrix[float32] {
	size := max(0, rows*(cols+gap)-gap)
	return simd.Matrix[float32]{Data: slices.Repeat([]float32{value}, size), Rows: rows, Cols: cols, Stride: cols + gap}
}

// shapes are those at which a kernel changes its step: rows of a tile and one more or
// less, odd and even lengths, and columns that end inside of a panel or with it.
func shapes() []shape {
	list := []shape{{5, 384, 384}, {14, 384, 100}, {3, 1536, 40}, {37, 513, 33}}
	for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25} {
		for _, k := range []int{1, 2, 3, 32, 33} {
			for _, n := range []int{1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 64, 65} {
				list = append(list, shape{rows, k, n})
			}
		}
	}
	return list
}

// shape is that of a product: rows x k by k x n.
type shape struct{ rows, k, n int }

// TestMatMulI8IsExact wants the bits of the plain loop at every shape, and nothing
// written between the rows.
func TestMatMulI8IsExact(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, s := range shapes() {
			rows, inner, n := s.rows, s.k, s.n
			l, gap := randomLayer(inner, n), rows%3
			a := simd.Matrix[int16]{Data: shorts(rows * (inner + gap)), Rows: rows, Cols: inner, Stride: inner + gap}
			scales, out := floats(rows), filled(rows, n, gap, -7)
			k.MatMulI8(a, scales, l.packed(), out)
			for r := range rows {
				if got, want := out.Row(r), l.of(a.Row(r), scales[r]); !slices.Equal(got, want) {
					t.Fatalf("%d x %d x %d: row %d: got %v, want %v", rows, inner, n, r, got, want)
				}
			}
			intact(t, out)
		}
	})
}

// intact wants what is between the rows to be as filled left it.
func intact(t *testing.T, m simd.Matrix[float32]) {
	t.Helper()
	for i, v := range m.Data {
		if i%m.Stride >= m.Cols && v != -7 {
			t.Fatalf("%d x %d: wrote %v between the rows, at %d", m.Rows, m.Cols, v, i)
		}
	}
}

// TestMatMulI8AtItsLimit multiplies the largest activations that LimitI16 allows by the
// largest weights, where one step more would not fit into the sum.
func TestMatMulI8AtItsLimit(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, inner := range []int{1, 2, 384, 511, 512, 513, 1536, 4095, 4096, 131_072} {
			limit := simd.LimitI16(inner)
			for _, each := range [][2]int{{limit, -128}, {-limit, -128}, {limit, 127}, {-limit, 127}} {
				a := simd.MatrixOf(slices.Repeat([]int16{int16(each[0])}, inner), 1, inner)
				l := layer{k: inner, n: 1, weights: slices.Repeat([]int8{int8(each[1])}, inner), scales: []float32{1}, biases: []float32{0}}
				out := filled(1, 1, 0, -7)
				k.MatMulI8(a, []float32{1}, l.packed(), out)
				if want := float32(each[0] * each[1] * inner); out.Data[0] != want {
					t.Errorf("%d products of %d by %d: got %v, want %v", inner, each[0], each[1], out.Data[0], want)
				}
			}
		}
	})
}

// TestLimitI16 holds the limit against its argument: it is the largest that fits.
func TestLimitI16(t *testing.T) {
	for k := 1; k <= 131_072; k++ {
		limit := simd.LimitI16(k)
		if k*128*limit > math.MaxInt32 || limit < math.MaxInt16 && k*128*(limit+1) <= math.MaxInt32 || limit < 127 {
			t.Fatalf("the limit of %d weights is %d", k, limit)
		}
	}
	for k, want := range map[int]int{0: 32767, 384: 32767, 512: 32767, 513: 32704, 1536: 10922, 4096: 4095} {
		if got := simd.LimitI16(k); got != want {
			t.Errorf("the limit of %d weights: got %d, want %d", k, got, want)
		}
	}
}

// TestMatMulI8BeyondInt32: sums that an int32 does not hold are right modulo 2^32.
func TestMatMulI8BeyondInt32(t *testing.T) {
	const inner, n = 2001, 18
	l := randomLayer(inner, n)
	a := simd.MatrixOf(slices.Concat(slices.Repeat([]int16{-32768}, inner), slices.Repeat([]int16{32767}, inner), shorts(inner)), 3, inner)
	for i := range l.weights {
		l.weights[i] |= -128
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		out := filled(3, n, 0, -7)
		k.MatMulI8(a, []float32{1, 2, 3}, l.packed(), out)
		for r := range 3 {
			if got, want := out.Row(r), l.of(a.Row(r), float32(r+1)); !slices.Equal(got, want) {
				t.Errorf("row %d: got %v, want %v", r, got, want)
			}
		}
	})
}

// TestPackI8 holds the layout that a file may keep against what is documented.
func TestPackI8(t *testing.T) {
	const k, n = 3, 18
	weights := make([]int8, k*n)
	for i := range weights {
		weights[i] = int8(i + 1)
	}
	packed := simd.PackI8(weights, k, n)
	if len(packed) != 2*16*4 || len(packed) != simd.PackedI8(k, n) {
		t.Fatalf("%d x %d weights take %d", k, n, len(packed))
	}
	left := slices.Clone(packed)
	for r := range k {
		for c := range n {
			at := (c/16)*16*4 + (r/2)*32 + (c%16)*2 + r%2
			if packed[at] != weights[r*n+c] {
				t.Errorf("element (%d, %d): got %d, want %d", r, c, packed[at], weights[r*n+c])
			}
			left[at] = 0
		}
	}
	if slices.ContainsFunc(left, func(v int8) bool { return v != 0 }) {
		t.Errorf("what fills up is not zero: %d", left)
	}
	if got := fmt.Sprint(packed[:6], packed[32:36], packed[64:70]); got != "[1 19 2 20 3 21] [37 0 38 0] [17 35 18 36 0 0]" {
		t.Errorf("the layout is %s", got)
	}
}
