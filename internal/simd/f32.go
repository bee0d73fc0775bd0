package simd

import "math"

// Dot gives the scalar product of two vectors of the same length, 0 for empty ones.
// It panics when the lengths differ.
func (k Kernels) Dot(a, b []float32) float32 {
	sameLength(len(a), len(b))
	if len(a) == 0 {
		return 0
	}
	var out [1]float32
	dotRows(k.level, a, b, []uint32{0}, out[:])
	return out[0]
}

// SquaredL2 gives the square of the Euclidean distance of two vectors of the same
// length, 0 for empty ones: the sum of (a[i]-b[i])². It panics when the lengths
// differ.
func (k Kernels) SquaredL2(a, b []float32) float32 {
	sameLength(len(a), len(b))
	if len(a) == 0 {
		return 0
	}
	var out [1]float32
	squaredL2Rows(k.level, a, b, []uint32{0}, out[:])
	return out[0]
}

// Norm gives the Euclidean length of a vector, the root of its product with itself.
// It is infinite when the square of the length exceeds a float32, which is so for
// lengths over 1.8e19, and 0 when all squares vanish, for elements under 2.6e-23.
func (k Kernels) Norm(a []float32) float32 {
	return float32(math.Sqrt(float64(k.Dot(a, a))))
}

// DotRows gives the scalar products of a query with rows of an array: out[i] is that
// with row ids[i]. A row has the query's length, and row r begins at
// rows[r*len(query)]. Rows may be named in any order and repeatedly; while some are
// read the next are fetched, so one call with many rows is faster than many calls.
// It panics when an id is not in the array or out is shorter than ids.
func (k Kernels) DotRows(query, rows []float32, ids []uint32, out []float32) {
	fit(len(query), len(query), len(rows), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	dotRows(k.level, query, rows, ids, out)
}

// SquaredL2Rows gives the squared distances of a query to rows of an array, laid out
// and named as for [Kernels.DotRows].
func (k Kernels) SquaredL2Rows(query, rows []float32, ids []uint32, out []float32) {
	fit(len(query), len(query), len(rows), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	squaredL2Rows(k.level, query, rows, ids, out)
}

// DotRange is [Kernels.DotRows] for the rows 0 to len(out)-1, in their order.
func (k Kernels) DotRange(query, rows, out []float32) {
	fitRange(len(query), len(query), len(rows), len(out))
	ids := blockIDs()
	for at := 0; at < len(out); at += block {
		rows, out := blockAt(at, rows, len(query), out)
		k.DotRows(query, rows, ids[:len(out)], out)
	}
}

// SquaredL2Range is [Kernels.SquaredL2Rows] for the rows 0 to len(out)-1, in their
// order.
func (k Kernels) SquaredL2Range(query, rows, out []float32) {
	fitRange(len(query), len(query), len(rows), len(out))
	ids := blockIDs()
	for at := 0; at < len(out); at += block {
		rows, out := blockAt(at, rows, len(query), out)
		k.SquaredL2Rows(query, rows, ids[:len(out)], out)
	}
}
