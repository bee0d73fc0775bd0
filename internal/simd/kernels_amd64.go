//go:build !purego

package simd

import "golang.org/x/sys/cpu"

// available asks the processor and the system, which has to save the wide registers.
func available(l Level) bool {
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasFMA
	switch l {
	case Portable:
		return true
	case AVX2:
		return avx2
	case AVX512:
		return avx2 && x.HasBMI2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI
	}
	return false
}

// The kernels below take rows that fit has checked, at least one of them and of at
// least one element.

func dotRows(level Level, query, rows []float32, ids []uint32, out []float32) {
	const size = 4
	switch level {
	case AVX512:
		dotRowsAVX512(&query[0], &rows[0], len(query), size*len(query), &ids[0], len(ids), &out[0])
	case AVX2:
		dotRowsAVX2(&query[0], &rows[0], len(query), size*len(query), &ids[0], len(ids), &out[0])
	default:
		eachRow(dotPortable, query, rows, ids, out)
	}
}

func squaredL2Rows(level Level, query, rows []float32, ids []uint32, out []float32) {
	const size = 4
	switch level {
	case AVX512:
		squaredL2RowsAVX512(&query[0], &rows[0], len(query), size*len(query), &ids[0], len(ids), &out[0])
	case AVX2:
		squaredL2RowsAVX2(&query[0], &rows[0], len(query), size*len(query), &ids[0], len(ids), &out[0])
	default:
		eachRow(squaredL2Portable, query, rows, ids, out)
	}
}

func dotRowsI4(level Level, query []int8, codes []uint8, stride int, ids []uint32, out []int32) {
	dim := len(query) / 2
	switch level {
	case AVX512:
		dotRowsI4AVX512(&query[0], &codes[0], dim, stride, &ids[0], len(ids), &out[0])
	case AVX2:
		dotRowsI4AVX2(&query[0], &codes[0], dim, stride, &ids[0], len(ids), &out[0])
	default:
		eachRowI4(query, codes, stride, ids, out)
	}
}

// In assembly dim counts elements and stride bytes.

//go:noescape
func dotRowsAVX512(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)

//go:noescape
func dotRowsAVX2(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)

//go:noescape
func squaredL2RowsAVX512(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)

//go:noescape
func squaredL2RowsAVX2(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)

//go:noescape
func dotRowsI4AVX512(query *int8, rows *uint8, dim, stride int, ids *uint32, n int, out *int32)

//go:noescape
func dotRowsI4AVX2(query *int8, rows *uint8, dim, stride int, ids *uint32, n int, out *int32)
