package simd

import "fmt"

const (
	panel   = 16        // columns of weights that are packed side by side
	quad    = 4         // rows that are packed together
	atATime = 2 * panel // columns that a kernel takes at a time
)

// WeightsI8 are the weights of a layer, a matrix of int8 with a scale and a bias for
// each column, as [Kernels.MatMulI8] takes them. They are a small value over slices
// that nobody may change afterwards.
type WeightsI8 struct {
	k, n           int
	panels         []int8
	sums           []int32
	scales, biases []float32
}

// NewWeightsI8 makes weights of k rows and n columns from what [PackI8] gave, perhaps
// long ago: the layout is the same at every level, so that a file can hold it. It keeps
// the slices. It panics unless k is a multiple of 4 and n of 32, as layers of models are,
// panels has k*n elements and the others have n.
func NewWeightsI8(k, n int, panels []int8, sums []int32, scales, biases []float32) WeightsI8 {
	packable(k, n)
	if len(panels) != k*n || len(sums) != n || len(scales) != n || len(biases) != n {
		panic(fmt.Sprintf("simd: weights of %d x %d take %d packed elements, %d sums and as many scales and biases, not %d, %d, %d and %d",
			k, n, k*n, n, len(panels), len(sums), len(scales), len(biases)))
	}
	return WeightsI8{k: k, n: n, panels: panels, sums: sums, scales: scales, biases: biases}
}

// Shape gives the numbers of rows and columns: of elements that go in and come out.
func (w WeightsI8) Shape() (k, n int) { return w.k, w.n }

// Columns gives the weights of n columns from one on, over the same slices. It panics unless
// both are multiples of 32.
func (w WeightsI8) Columns(from, n int) WeightsI8 {
	packable(w.k, n)
	packable(w.k, from)
	to := from + n
	return NewWeightsI8(w.k, n, w.panels[from*w.k:to*w.k], w.sums[from:to], w.scales[from:to], w.biases[from:to])
}

// PackI8 packs weights for [NewWeightsI8]: weights[r*n+c] is that of input r and output
// c. It panics unless there are k*n of them, k is a multiple of 4 and n of 32.
//
// The columns are cut into panels of 16, one panel after the other. In a panel the rows
// stand in fours: of each four first all weights of the first column, then those of the
// second, and so on, 64 int8. So element (r, c) is at
//
//	(c/16)*16*k + (r/4)*64 + (c%16)*4 + r%4.
//
// Four rows are what one 32-bit lane multiplies and adds up, and one load takes them for
// all columns of the panel.
//
// The sums are those of each column's weights: what an offset of the activations is
// multiplied by.
func PackI8(weights []int8, k, n int) (panels []int8, sums []int32) {
	packable(k, n)
	if len(weights) != k*n {
		panic(fmt.Sprintf("simd: %d weights are not %d x %d", len(weights), k, n))
	}
	panels, sums = make([]int8, k*n), make([]int32, n)
	for r := range k {
		for c, weight := range weights[r*n:][:n] {
			panels[c/panel*panel*k+r/quad*quad*panel+c%panel*quad+r%quad] = weight
			sums[c] += int32(weight)
		}
	}
	return panels, sums
}

func packable(k, n int) {
	if k < 0 || n < 0 || k%quad != 0 || n%atATime != 0 {
		panic(fmt.Sprintf("simd: weights cannot be %d x %d: rows come in fours and columns by 32", k, n))
	}
}

// Quant tells what the bytes of a quantised row stand for: byte q for (q+Offset)·Scale.
type Quant struct {
	Scale  float32
	Offset int32 // from -255 to 0
}

// MatMulI8 multiplies rows of activations by the weights, all rows by all columns:
//
//	out[r][c] = float32(sum of (a[r][i]+rows[r].Offset)·w[i][c]) · (rows[r].Scale·w.scales[c]) + w.biases[c]
//
// The activations a are rows x k, each row quantised by itself as [Kernels.Quantise] does.
// The sum is exact up to 65,536 weights in a column; it is rounded once to float32, and
// the three operations after it once each. So every level gives the same bits, for a row
// alone as in any company. There may be any number of rows, as of texts that stand end to
// end, but few of them cost more each: a tile has 12 with AVX-512 and 6 with AVX2.
//
// It panics, with nothing written, unless a and out have len(rows) rows, a the weights'
// k columns and out their n, and both fit into their slices. Neither out nor what is
// between its rows may overlap the other operands.
func (k Kernels) MatMulI8(a Matrix[uint8], rows []Quant, w WeightsI8, out Matrix[float32]) {
	a.shape("the activations", len(rows), w.k)
	out.shape("the result", len(rows), w.n)
	switch {
	case a.Rows == 0 || w.n == 0:
	case w.k == 0:
		for r := range out.Rows {
			copy(out.Row(r), w.biases)
		}
	default:
		matMulI8(k.level, a, rows, w, out)
	}
}
