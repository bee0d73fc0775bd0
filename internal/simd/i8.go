package simd

// DotRowsI8 gives the scalar products of a query with rows of an array of codes:
// out[i] is that with row ids[i], exact for any elements, -128 included, up to a length
// of 131,071, and beyond that exact modulo 2^32. A row has the query's length, and row r
// begins at codes[r*stride]; what a caller keeps between rows, as a scale or padding to
// whole cache lines, is not looked at. Rows may be named in any order and repeatedly;
// while some are read the next are fetched, so one call with many rows is faster than
// many calls. It panics when an id is not in the array, out is shorter than ids or
// stride less than len(query).
func (k Kernels) DotRowsI8(query, codes []int8, stride int, ids []uint32, out []int32) {
	fit(len(query), stride, len(codes), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	dotRowsI8(k.level, query, codes, stride, ids, out)
}
