package simd

// DotI8 gives the scalar product of two vectors of int8 of the same length, 0 for
// empty ones. It is exact for any elements, -128 included, up to a length of 131,071;
// beyond that it is exact modulo 2^32. It panics when the lengths differ.
func (k Kernels) DotI8(a, b []int8) int32 {
	sameLength(len(a), len(b))
	if len(a) == 0 {
		return 0
	}
	var out [1]int32
	dotRowsI8(k.level, a, b, len(a), []uint32{0}, out[:])
	return out[0]
}

// DotRowsI8 gives the scalar products of a query with rows of an array of codes:
// out[i] is that with row ids[i], exact as [Kernels.DotI8] is. A row has the query's
// length, and row r begins at codes[r*stride]; what a caller keeps between rows, as a
// scale or padding to whole cache lines, is not looked at. Rows may be named in any
// order and repeatedly; while some are read the next are fetched, so one call with
// many rows is faster than many calls. It panics when an id is not in the array, out
// is shorter than ids or stride less than len(query).
func (k Kernels) DotRowsI8(query, codes []int8, stride int, ids []uint32, out []int32) {
	fit(len(query), stride, len(codes), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	dotRowsI8(k.level, query, codes, stride, ids, out)
}

// DotRangeI8 is [Kernels.DotRowsI8] for the rows 0 to len(out)-1, in their order: an
// exact scan at the speed of memory.
func (k Kernels) DotRangeI8(query, codes []int8, stride int, out []int32) {
	fitRange(len(query), stride, len(codes), len(out))
	ids := blockIDs()
	for at := 0; at < len(out); at += block {
		codes, out := blockAt(at, codes, stride, out)
		k.DotRowsI8(query, codes, stride, ids[:len(out)], out)
	}
}
