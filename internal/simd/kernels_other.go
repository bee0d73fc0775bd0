//go:build !amd64 || purego

package simd

func available(l Level) bool { return l == Portable }

func dotRows(_ Level, query, rows []float32, ids []uint32, out []float32) {
	eachRow(dotPortable, query, rows, len(query), ids, out)
}

func squaredL2Rows(_ Level, query, rows []float32, ids []uint32, out []float32) {
	eachRow(squaredL2Portable, query, rows, len(query), ids, out)
}

func dotRowsI8(_ Level, query, codes []int8, stride int, ids []uint32, out []int32) {
	eachRow(dotI8Portable, query, codes, stride, ids, out)
}

func dotRowsI4(_ Level, query []int8, codes []uint8, stride int, ids []uint32, out []int32) {
	eachRowI4(query, codes, stride, ids, out)
}
