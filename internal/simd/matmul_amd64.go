//go:build !purego

package simd

// How many rows a tile has: as many as there are registers for their sums.
const (
	tileAVX512 = 12
	tileAVX2   = 6
)

// The kernels below take matrices that fit, none of which is empty.

func matMulI8(level Level, a Matrix[uint8], quants []Quant, w WeightsI8, out Matrix[float32]) {
	switch level {
	case AVX512:
		tiles(a.Rows, tileAVX512, func(at, rows int) {
			matMulI8AVX512(&a.Data[at*a.Stride], a.Stride, rows, w.k, &w.panels[0], w.n, &w.sums[0],
				&quants[at], &w.scales[0], &w.biases[0], &out.Data[at*out.Stride], 4*out.Stride)
		})
	case AVX2:
		tiles(a.Rows, tileAVX2, func(at, rows int) {
			matMulI8AVX2(&a.Data[at*a.Stride], a.Stride, rows, w.k, &w.panels[0], w.n, &w.sums[0],
				&quants[at], &w.scales[0], &w.biases[0], &out.Data[at*out.Stride], 4*out.Stride)
		})
	default:
		matMulI8Portable(a, quants, w, out)
	}
}

func matMul(level Level, a, b, out Matrix[float32]) {
	const size = 4
	switch level {
	case AVX512:
		tiles(a.Rows, tileAVX512, func(at, rows int) {
			matMulAVX512(&a.Data[at*a.Stride], size*a.Stride, rows, a.Cols, &b.Data[0], size*b.Stride, b.Cols,
				&out.Data[at*out.Stride], size*out.Stride)
		})
	case AVX2:
		tiles(a.Rows, tileAVX2, func(at, rows int) {
			matMulAVX2(&a.Data[at*a.Stride], size*a.Stride, rows, a.Cols, &b.Data[0], size*b.Stride, b.Cols,
				&out.Data[at*out.Stride], size*out.Stride)
		})
	default:
		matMulPortable(a, b, out)
	}
}

// One tile of rows by all columns: rows is 1 to the tile's height, k and n count
// elements, strides bytes.

//go:noescape
func matMulI8AVX512(a *uint8, aStride, rows, k int, w *int8, n int, sums *int32, quants *Quant, scales, biases, out *float32, outStride int)

//go:noescape
func matMulI8AVX2(a *uint8, aStride, rows, k int, w *int8, n int, sums *int32, quants *Quant, scales, biases, out *float32, outStride int)

//go:noescape
func matMulAVX512(a *float32, aStride, rows, k int, b *float32, bStride, n int, out *float32, outStride int)

//go:noescape
func matMulAVX2(a *float32, aStride, rows, k int, b *float32, bStride, n int, out *float32, outStride int)
