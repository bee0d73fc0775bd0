package simd

import "math"

func spanPortable(x, factors []float32) (low, high float32) {
	for i, v := range x {
		v *= factors[i]
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

func quantisePortable(x, factors []float32, inverse float32, offset int32, out []uint8) {
	for i, v := range x {
		// The conversion keeps a compiler from rounding both products at once.
		out[i] = uint8(max(0, min(roundInt(float32(v*factors[i])*inverse)-offset, 255)))
	}
}

// roundInt rounds to the nearest, of two as near to the even one.
func roundInt(x float32) int32 { return int32(math.RoundToEven(float64(x))) }

func geluPortable(x []float32) {
	for i, v := range x {
		x[i] = float32(float64(v) * (0.5 + 0.5*math.Erf(float64(v)*(0.5*math.Sqrt2))))
	}
}

func expPortable(x []float32) (sum float32) {
	largest := x[0]
	for _, v := range x {
		largest = max(largest, v)
	}
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v - largest)))
		sum += x[i]
	}
	return sum
}

func addNormPortable(x, y, gamma, beta []float32) {
	var sum, squares float32
	for i, v := range y {
		x[i] += v
		sum += x[i]
	}
	mean := sum / float32(len(x))
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	factor := normFactor(squares, len(x))
	for i, v := range x {
		x[i] = (v-mean)*factor*gamma[i] + beta[i]
	}
}

// normFactor is what makes the variance 1, where squares are of n distances to the mean.
func normFactor(squares float32, n int) float32 {
	return float32(1 / math.Sqrt(float64(squares)/float64(n)+1e-12))
}
