package simd

import "fmt"

// MatMul multiplies two matrices of float32: out[r][c] is the sum of a[r][i]·b[i][c].
// It is made for attention, where both sides change with every text and are small: b is
// read as it stands, not packed.
//
// The terms are added in the order of i; AVX2 and AVX512 round each product and sum
// once, together, and give the same bits. The distance to the exact sum is as the
// package says, and a row does not depend on its company.
//
// It panics, with nothing written, unless a is rows x k, b k x n and out rows x n, each
// inside of its slice. Neither out nor what is between its rows may overlap a or b.
func (k Kernels) MatMul(a, b, out Matrix[float32]) {
	a.fit("the left matrix")
	b.fit("the right matrix")
	out.fit("the result")
	if a.Cols != b.Rows || out.Rows != a.Rows || out.Cols != b.Cols {
		panic(fmt.Sprintf("simd: %d x %d by %d x %d is not %d x %d",
			a.Rows, a.Cols, b.Rows, b.Cols, out.Rows, out.Cols))
	}
	switch {
	case a.Rows == 0 || b.Cols == 0:
	case a.Cols == 0:
		for r := range out.Rows {
			clear(out.Row(r))
		}
	default:
		matMul(k.level, a, b, out)
	}
}

// Transpose writes to[c][r] = from[r][c]: what makes the right side of a product of
// rows by rows, as of queries by keys. It panics unless to has as many rows as from has
// columns and the reverse, each inside of its slice. They may not overlap.
func Transpose(from, to Matrix[float32]) {
	from.fit("the matrix")
	to.shape("the transposed matrix", from.Cols, from.Rows)
	const side = 8 // lines of both that are at work at a time
	for at := 0; at < from.Rows; at += side {
		for c := range from.Cols {
			row := to.Data[c*to.Stride+at:][:min(side, from.Rows-at)]
			for i := range row {
				row[i] = from.Data[(at+i)*from.Stride+c]
			}
		}
	}
}
