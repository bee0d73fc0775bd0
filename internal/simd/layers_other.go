//go:build !amd64 || purego

package simd

func span(_ Level, x, factors []float32) (low, high float32) { return spanPortable(x, factors) }

func quantise(_ Level, x, factors []float32, inverse float32, offset int32, out []uint8) {
	quantisePortable(x, factors, inverse, offset, out)
}

func gelu(_ Level, x []float32) { geluPortable(x) }

func exp(_ Level, x []float32) float32 { return expPortable(x) }

func addNorm(_ Level, x, y, gamma, beta []float32) { addNormPortable(x, y, gamma, beta) }
