package simd

import (
	"fmt"
	"math"
)

// panel is how many columns of weights are packed side by side.
const panel = 16

// WeightsI8 are the weights of a layer, a matrix of int8 with a scale and a bias for
// each column, as [Kernels.MatMulI8] takes them. They are a small value over slices
// that nobody may change afterwards.
type WeightsI8 struct {
	k, n           int
	panels         []int8
	scales, biases []float32
}

// NewWeightsI8 makes weights of k rows and n columns from what [PackI8] gave, perhaps
// long ago: the layout is the same at every level, so that a file can hold it. It keeps
// the slices. It panics unless panels has [PackedI8] elements and scales and biases
// have n.
func NewWeightsI8(k, n int, panels []int8, scales, biases []float32) WeightsI8 {
	if len(panels) != PackedI8(k, n) || len(scales) != n || len(biases) != n {
		panic(fmt.Sprintf("simd: weights of %d x %d take %d packed elements, %d scales and as many biases, not %d, %d and %d",
			k, n, PackedI8(k, n), n, len(panels), len(scales), len(biases)))
	}
	return WeightsI8{k: k, n: n, panels: panels, scales: scales, biases: biases}
}

// Shape gives the numbers of rows and columns: of elements that go in and come out.
func (w WeightsI8) Shape() (k, n int) { return w.k, w.n }

// PackedI8 tells how many int8 the packed form of k x n weights has.
func PackedI8(k, n int) int {
	if k < 0 || n < 0 {
		panic(fmt.Sprintf("simd: weights cannot be %d x %d", k, n))
	}
	return (n + panel - 1) / panel * panel * (k + k&1)
}

// PackI8 packs weights for [NewWeightsI8]: weights[r*n+c] is that of input r and output
// c. It panics unless there are k*n of them.
//
// The columns are cut into panels of 16, one panel after the other, the last one filled
// up with zero columns. In a panel the rows stand in pairs, an odd last one with a row of
// zeros: of each pair first both weights of the first column, then both of the second,
// and so on, 32 int8. So element (r, c) is at
//
//	(c/16)*16*K + (r/2)*32 + (c%16)*2 + r%2,  where K is k rounded up to an even number.
//
// A pair is what one 32-bit lane multiplies and adds up, and one load takes it for all
// columns of the panel.
func PackI8(weights []int8, k, n int) []int8 {
	packed := make([]int8, PackedI8(k, n))
	if len(weights) != k*n {
		panic(fmt.Sprintf("simd: %d weights are not %d x %d", len(weights), k, n))
	}
	size := panel * (k + k&1)
	for r := range k {
		for c, weight := range weights[r*n:][:n] {
			packed[c/panel*size+r/2*2*panel+c%panel*2+r%2] = weight
		}
	}
	return packed
}

// LimitI16 is the largest magnitude of activations whose product with k weights is
// certain to be exact: the largest of at most 32,767 for which k·128·limit is less
// than 2^31. It is 32,767 up to 512 weights, 10,922 for 1,536 and 4,095 for 4,096,
// and never less than 127 up to 131,072. Also 4,095 steps are 32 times finer than the
// weights' own 127, which the result's error is therefore made of.
func LimitI16(k int) int {
	if k < 0 {
		panic(fmt.Sprintf("simd: there are no products of %d weights", k))
	}
	return min(math.MaxInt16, math.MaxInt32/(128*max(k, 1)))
}

// MatMulI8 multiplies rows of activations by the weights, all rows by all columns:
//
//	out[r][c] = float32(sum of a[r][i]·w[i][c]) · (scales[r]·w.scales[c]) + w.biases[c]
//
// The activations a are rows x k, quantised row by row: scales[r] is what one step of row
// r is worth. The sum is exact where no activation exceeds [LimitI16] and otherwise exact
// modulo 2^32; it is rounded once to float32, and the three operations after it once
// each. So every level gives the same bits, for a row alone as in any company. There may
// be any number of rows, as of texts that stand end to end, but few of them cost more
// each: a tile has 12 with AVX-512 and 6 with AVX2.
//
// It panics, with nothing written, unless a and out have len(scales) rows, a the weights'
// k columns and out their n, and both fit into their slices. Neither out nor what is
// between its rows may overlap the other operands.
func (k Kernels) MatMulI8(a Matrix[int16], scales []float32, w WeightsI8, out Matrix[float32]) {
	a.shape("the activations", len(scales), w.k)
	out.shape("the result", len(scales), w.n)
	switch {
	case a.Rows == 0 || w.n == 0:
	case w.k == 0:
		for r := range out.Rows {
			copy(out.Row(r), w.biases)
		}
	default:
		matMulI8(k.level, a, scales, w, out)
	}
}
