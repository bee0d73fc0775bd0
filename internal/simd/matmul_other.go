//go:build !amd64 || purego

package simd

func matMulI8(_ Level, a Matrix[uint8], rows []Quant, w WeightsI8, out Matrix[float32]) {
	matMulI8Portable(a, rows, w, out)
}

func matMul(_ Level, a, b, out Matrix[float32]) { matMulPortable(a, b, out) }
