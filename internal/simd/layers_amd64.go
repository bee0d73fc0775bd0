//go:build !purego

package simd

// The kernels below take rows that rowsOf16 has checked, of at least one element.

func span(level Level, x, factors []float32) (low, high float32) {
	switch level {
	case AVX512:
		return spanAVX512(&x[0], &factors[0], len(x))
	case AVX2:
		return spanAVX2(&x[0], &factors[0], len(x))
	}
	return spanPortable(x, factors)
}

func quantise(level Level, x, factors []float32, inverse float32, offset int32, out []uint8) {
	switch level {
	case AVX512:
		quantiseAVX512(&x[0], &factors[0], len(x), inverse, offset, &out[0])
	case AVX2:
		quantiseAVX2(&x[0], &factors[0], len(x), inverse, offset, &out[0])
	default:
		quantisePortable(x, factors, inverse, offset, out)
	}
}

func gelu(level Level, x []float32) {
	switch level {
	case AVX512:
		geluAVX512(&x[0], len(x))
	case AVX2:
		geluAVX2(&x[0], len(x))
	default:
		geluPortable(x)
	}
}

func exp(level Level, x []float32) float32 {
	switch level {
	case AVX512:
		return expAVX512(&x[0], len(x))
	case AVX2:
		return expAVX2(&x[0], len(x))
	}
	return expPortable(x)
}

func addNorm(level Level, x, y, gamma, beta []float32) {
	switch level {
	case AVX512:
		addNormAVX512(&x[0], &y[0], &gamma[0], &beta[0], len(x))
	case AVX2:
		addNormAVX2(&x[0], &y[0], &gamma[0], &beta[0], len(x))
	default:
		addNormPortable(x, y, gamma, beta)
	}
}

//go:noescape
func spanAVX512(x, factors *float32, n int) (low, high float32)

//go:noescape
func spanAVX2(x, factors *float32, n int) (low, high float32)

//go:noescape
func quantiseAVX512(x, factors *float32, n int, inverse float32, offset int32, out *uint8)

//go:noescape
func quantiseAVX2(x, factors *float32, n int, inverse float32, offset int32, out *uint8)

//go:noescape
func geluAVX512(x *float32, n int)

//go:noescape
func geluAVX2(x *float32, n int)

//go:noescape
func expAVX512(x *float32, n int) (sum float32)

//go:noescape
func expAVX2(x *float32, n int) (sum float32)

//go:noescape
func addNormAVX512(x, y, gamma, beta *float32, n int)

//go:noescape
func addNormAVX2(x, y, gamma, beta *float32, n int)
