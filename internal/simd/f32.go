package simd

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

// SquaredL2Rows gives the squares of the Euclidean distances of a query to rows of an
// array, the sums of (query[i]-row[i])², laid out and named as for [Kernels.DotRows].
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
	var ids [block]uint32
	for i := range ids {
		ids[i] = uint32(i)
	}
	for at := 0; at < len(out); at += block {
		of := out[at:min(at+block, len(out))]
		k.DotRows(query, rows[at*len(query):], ids[:len(of)], of)
	}
}
