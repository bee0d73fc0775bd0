package simd_test

import (
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
	panels, sums := simd.PackI8(l.weights, l.k, l.n)
	return simd.NewWeightsI8(l.k, l.n, panels, sums, l.scales, l.biases)
}

// of is what the layer makes of a row.
func (l layer) of(row []uint8, q simd.Quant) []float32 {
	out := make([]float32, l.n)
	for c := range out {
		sum := 0
		for i, x := range row {
			sum += (int(x) + int(q.Offset)) * int(l.weights[i*l.n+c])
		}
		factor := q.Scale * l.scales[c]
		out[c] = float32(float32(sum)*factor) + l.biases[c]
	}
	return out
}

func quantised(n int) []uint8 {
	r := rand.New(rand.NewPCG(uint64(n), 5))
	list := make([]uint8, n)
	for i := range list {
		list[i] = uint8(r.Uint32())
	}
	return list
}

func someQuants(n int) []simd.Quant {
	r := rand.New(rand.NewPCG(uint64(n), 6))
	list := make([]simd.Quant, n)
	for i := range list {
		list[i] = simd.Quant{Scale: r.Float32(), Offset: -r.Int32N(256)}
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
	list := []shape{{14, 384, 100}, {37, 513, 33}}
	for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25} {
		for _, k := range []int{1, 2, 3, 32, 33} {
			for _, n := range []int{1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 64, 65} {
				list = append(list, shape{rows, k, n})
			}
		}
	}
	return list
}

// shapesI8 are those of packed weights.
func shapesI8() []shape {
	list := []shape{{5, 384, 384}, {3, 1536, 64}}
	for rows := range 26 {
		for _, k := range []int{4, 8, 36} {
			for _, n := range []int{32, 64, 96} {
				list = append(list, shape{rows + 1, k, n})
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
		for _, s := range shapesI8() {
			rows, inner, n := s.rows, s.k, s.n
			l, gap := randomLayer(inner, n), rows%3
			a := simd.Matrix[uint8]{Data: quantised(rows * (inner + gap)), Rows: rows, Cols: inner, Stride: inner + gap}
			quants, out := someQuants(rows), filled(rows, n, gap, -7)
			k.MatMulI8(a, quants, l.packed(), out)
			for r := range rows {
				if got, want := out.Row(r), l.of(a.Row(r), quants[r]); !slices.Equal(got, want) {
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

// TestMatMulI8AtItsLimit multiplies the largest activations by the largest weights, as many
// as a sum is certain to hold.
func TestMatMulI8AtItsLimit(t *testing.T) {
	const n = 32
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, inner := range []int{4, 384, 1536, 65_536} {
			for _, each := range [][3]int{{255, -128, 0}, {0, -128, -255}, {255, 127, 0}, {0, 127, -255}} {
				a := simd.MatrixOf(slices.Repeat([]uint8{uint8(each[0])}, inner), 1, inner)
				l := layer{k: inner, n: n, weights: slices.Repeat([]int8{int8(each[1])}, inner*n), scales: slices.Repeat([]float32{1}, n), biases: make([]float32, n)}
				out := filled(1, n, 0, -7)
				k.MatMulI8(a, []simd.Quant{{Scale: 1, Offset: int32(each[2])}}, l.packed(), out)
				if want := float32((each[0] + each[2]) * each[1] * inner); out.Data[0] != want {
					t.Errorf("%d products of %d by %d: got %v, want %v", inner, each[0]+each[2], each[1], out.Data[0], want)
				}
			}
		}
	})
}

// TestPackI8 holds the layout that a file may keep against what is documented.
func TestPackI8(t *testing.T) {
	const k, n = 8, 32
	weights := bytes(k * n)
	panels, sums := simd.PackI8(weights, k, n)
	for c := range n {
		sum := 0
		for r := range k {
			weight := weights[r*n+c]
			sum += int(weight)
			if got := panels[(c/16)*16*k+(r/4)*64+(c%16)*4+r%4]; got != weight {
				t.Errorf("element (%d, %d): got %d, want %d", r, c, got, weight)
			}
		}
		if int(sums[c]) != sum {
			t.Errorf("the sum of column %d: got %d, want %d", c, sums[c], sum)
		}
	}
}

// TestColumns wants of some columns what all columns give of them.
func TestColumns(t *testing.T) {
	const rows, k, n = 5, 36, 160
	a, quants, w, all := simd.MatrixOf(quantised(rows*k), rows, k), someQuants(rows), randomLayer(k, n).packed(), filled(rows, n, 0, -7)
	eachLevel(t, func(t *testing.T, kernels simd.Kernels) {
		kernels.MatMulI8(a, quants, w, all)
		for _, from := range []int{0, 32, 96} {
			some := filled(rows, 64, 0, -7)
			kernels.MatMulI8(a, quants, w.Columns(from, 64), some)
			for r := range rows {
				if !slices.Equal(some.Row(r), all.Row(r)[from:from+64]) {
					t.Errorf("columns from %d on: got %v, want %v", from, some.Row(r), all.Row(r)[from:from+64])
				}
			}
		}
	})
	if said := panicOf(func() { w.Columns(16, 32) }); said == "" {
		t.Error("columns inside of a panel were given")
	}
}
