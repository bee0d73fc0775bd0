package simd

import (
	"fmt"
	"slices"
)

// Quantise makes bytes of a row: those of x[i]·factors[i] on a scale that their smallest
// and largest, and 0, span. Every level gives the same bits for what is finite; of the rest
// the bytes are some bytes. It panics unless all three have one length, a multiple of 16.
func (k Kernels) Quantise(x, factors []float32, out []uint8) Quant {
	rowsOf16(len(x), len(factors), len(out))
	if len(x) == 0 {
		return Quant{}
	}
	low, high := span(k.level, x, factors)
	width := high - low
	if width < 0x1p-100 { // also what has no inverse
		clear(out)
		return Quant{}
	}
	inverse := 255 / width
	offset := roundInt(low * inverse)
	quantise(k.level, x, factors, inverse, offset, out)
	return Quant{Scale: width / 255, Offset: offset}
}

// GELU replaces each x by x·Φ(x), where Φ is the normal distribution's. It is within
// 2^-19·max(1, |x|) of that. It panics unless the length is a multiple of 16.
func (k Kernels) GELU(x []float32) {
	rowsOf16(len(x))
	if len(x) > 0 {
		gelu(k.level, x)
	}
}

// Exp replaces each x by e^(x-m), where m is the largest of them, and gives the sum of
// these: dividing by it makes a softmax. Each is within 2^-21 of its own size of e^(x-m), or
// less than 2^-120 where that is less. It panics unless the length is a multiple of 16,
// up to which a row is filled with -Inf.
func (k Kernels) Exp(x []float32) (sum float32) {
	rowsOf16(len(x))
	if len(x) == 0 {
		return 0
	}
	return exp(k.level, x)
}

// AddNorm adds y to x and normalises the sums, as a transformer's layers end: x becomes
// (x+y-m)/√(v+1e-12)·gamma+beta, where m is the mean of the sums and v their variance. It
// panics unless all have one length, a multiple of 16.
func (k Kernels) AddNorm(x, y, gamma, beta []float32) {
	rowsOf16(len(x), len(y), len(gamma), len(beta))
	if len(x) > 0 {
		addNorm(k.level, x, y, gamma, beta)
	}
}

// rowsOf16 panics unless all lengths are the same multiple of 16.
func rowsOf16(lengths ...int) {
	for _, n := range lengths {
		if n != lengths[0] || n%16 != 0 {
			panic(fmt.Sprintf("simd: rows of %d elements are not of one length that is a multiple of 16", slices.Clone(lengths)))
		}
	}
}
