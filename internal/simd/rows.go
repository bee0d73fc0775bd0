package simd

import "fmt"

// fit panics unless ids name rows of dim elements, stride apart, inside of an array
// of have elements, and out has room for them. The kernels rely on it.
func fit(dim, stride, have int, ids []uint32, out int) {
	if stride < dim {
		panic(fmt.Sprintf("simd: rows of %d elements cannot be %d apart", dim, stride))
	}
	if out < len(ids) {
		panic(fmt.Sprintf("simd: room for %d results, but %d rows are asked for", out, len(ids)))
	}
	if dim == 0 {
		return
	}
	count := uint64(rowsIn(dim, stride, have))
	for _, id := range ids {
		if uint64(id) >= count {
			panic(fmt.Sprintf("simd: row %d is asked for, but the array holds %d", id, count))
		}
	}
}

// fitRange panics unless an array of have elements holds the rows 0 to n-1.
func fitRange(dim, stride, have, n int) {
	fit(dim, stride, have, nil, 0)
	if dim > 0 && n > rowsIn(dim, stride, have) {
		panic(fmt.Sprintf("simd: %d rows are asked for, but the array holds %d", n, rowsIn(dim, stride, have)))
	}
}

// rowsIn counts the rows in an array of have elements; the last one may lack what
// stands between rows.
func rowsIn(dim, stride, have int) int {
	if have < dim {
		return 0
	}
	return (have-dim)/stride + 1
}

func sameLength(a, b int) {
	if a != b {
		panic(fmt.Sprintf("simd: vectors of %d and %d elements", a, b))
	}
}

// block is how many rows of a range a kernel takes at a time.
const block = 256
