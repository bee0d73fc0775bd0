package simd

// Hamming gives the number of bits in which two one-bit codes of the same length
// differ, 0 for empty ones. It is exact up to 2^31-1 bits. It panics when the lengths
// differ. AVX-512 counts bits where the processor has VPOPCNTDQ; every other level
// takes the processor's instruction for one word, by math/bits.
func (k Kernels) Hamming(a, b []uint64) int32 {
	sameLength(len(a), len(b))
	if len(a) == 0 {
		return 0
	}
	var out [1]int32
	hammingRows(k.level, a, b, []uint32{0}, out[:])
	return out[0]
}

// HammingRows gives the Hamming distances of a query to rows of an array: out[i] is
// that to row ids[i], exact as [Kernels.Hamming] is. A row has the query's length in
// words, and row r begins at rows[r*len(query)]. Rows may be named in any order and
// repeatedly. It panics when an id is not in the array or out is shorter than ids.
func (k Kernels) HammingRows(query, rows []uint64, ids []uint32, out []int32) {
	fit(len(query), len(query), len(rows), ids, len(out))
	if len(query) == 0 || len(ids) == 0 {
		clear(out[:len(ids)])
		return
	}
	hammingRows(k.level, query, rows, ids, out)
}

// HammingRange is [Kernels.HammingRows] for the rows 0 to len(out)-1, in their order.
func (k Kernels) HammingRange(query, rows []uint64, out []int32) {
	fitRange(len(query), len(query), len(rows), len(out))
	ids := blockIDs()
	for at := 0; at < len(out); at += block {
		rows, out := blockAt(at, rows, len(query), out)
		k.HammingRows(query, rows, ids[:len(out)], out)
	}
}
