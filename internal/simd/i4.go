package simd

import "fmt"

// unitI4 is what rows of half-bytes are counted in: bytes.
const unitI4 = 16

// DotRowsI4 gives the scalar products of a query with rows of an array of half-bytes,
// numbers from 0 to 15 of which a byte holds two. A row has half as many bytes as the
// query has numbers; its byte i holds, in its lower half, what query[i] is multiplied
// by, and in its upper half the same for query[len(query)/2+i]. Row r begins at
// codes[r*stride]. Products are exact up to a length of the query of a million.
//
// Rows may be named in any order and repeatedly; while some are read the next are fetched,
// so one call with many rows is faster than many calls, with the cache line that holds the
// byte behind a row: what a caller keeps there costs no wait. It panics when an id is not
// in the array, out is shorter than ids, stride less than a row, or the query's length not
// a multiple of 32.
func (k Kernels) DotRowsI4(query []int8, codes []uint8, stride int, ids []uint32, out []int32) {
	if len(query)%(2*unitI4) != 0 {
		panic(fmt.Sprintf("simd: a query of %d elements for half-bytes, which is no multiple of %d", len(query), 2*unitI4))
	}
	fit(len(query)/2, stride, len(codes), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	dotRowsI4(k.level, query, codes, stride, ids, out)
}
