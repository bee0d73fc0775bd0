//go:build !amd64 || purego

package simd

func available(l Level) bool { return l == Portable }

func dotRows(_ Level, query, rows []float32, ids []uint32, out []float32) {
	eachRow(dotPortable, query, rows, ids, out)
}

func squaredL2Rows(_ Level, query, rows []float32, ids []uint32, out []float32) {
	eachRow(squaredL2Portable, query, rows, ids, out)
}

func dotRowsI4(_ Level, query []int8, codes []uint8, stride int, ids []uint32, out []int32) {
	eachRowI4(query, codes, stride, ids, out)
}
