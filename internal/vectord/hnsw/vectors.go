package hnsw

import (
	"errors"
	"math"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// vectors keeps a vector for each slot, as it came and, unless the configuration says
// no, as a code of int8: number / scale, with a scale of the vector's own.
//
// A code lies in two halves. The upper four bits of its numbers stand for themselves, a
// bit roughly, and lead a search: that reads from memory half of what the codes are, and
// memory is what it waits for. The lower four bits make the code whole where that counts
// (Locally-adaptive Vector Quantization has these two levels too,
// https://arxiv.org/abs/2304.04759). What belongs to a code lies apart from it: upper
// halves of usual dimensions are then whole cache lines, and what all comparisons need is
// so little that it stays in a cache.
type vectors struct {
	config  Config
	kernels simd.Kernels
	half    int // bytes of half a code; 0 without codes
	floats  area[float32]
	upper   area[uint8]
	lower   area[uint8]
	scales  area[float32] // the product of two vectors is about that of their codes times both
	norms   area[float32] // the squared lengths
	sums    area[int32]   // of the codes
	rough   atomic.Int64  // over zero where the upper halves say too little
}

func newVectors(config Config, kernels simd.Kernels) (*vectors, error) {
	v := &vectors{config: config, kernels: kernels}
	var errs [6]error
	v.floats, errs[0] = reserve[float32](config.MaxItems * config.Dimension)
	if !config.Float {
		v.half = (config.Dimension + 31) / 32 * 16
		v.upper, errs[1] = reserve[uint8](config.MaxItems * v.half)
		v.lower, errs[2] = reserve[uint8](config.MaxItems * v.half)
		v.scales, errs[3] = reserve[float32](config.MaxItems)
		v.norms, errs[4] = reserve[float32](config.MaxItems)
		v.sums, errs[5] = reserve[int32](config.MaxItems)
	}
	err := errors.Join(errs[:]...)
	if err != nil {
		v.free()
	}
	return v, err
}

func (v *vectors) free() {
	v.floats.free()
	v.upper.free()
	v.lower.free()
	v.scales.free()
	v.norms.free()
	v.sums.free()
}

// bytes that a slot takes.
func (v *vectors) bytes() int {
	size := 4 * v.config.Dimension
	if v.half > 0 {
		size += 2*v.half + 3*4
	}
	return size
}

// at gives a slot's vector in place.
func (v *vectors) at(slot uint32) []float32 {
	d := v.config.Dimension
	return v.floats.data[int(slot)*d:][:d:d]
}

// put writes a slot's vector, which [Config.Check] let pass.
func (v *vectors) put(slot uint32, vector []float32) {
	kept := v.at(slot)
	copy(kept, vector)
	norm := v.config.Keep(kept)
	if v.config.Metric == Cosine {
		norm = 1
	}
	if v.half > 0 {
		code := make([]int8, 2*v.half)
		v.scales.data[slot], v.sums.data[slot] = encode(kept, code)
		v.norms.data[slot] = float32(norm)
		v.pack(slot, code)
		v.judge(slot, 1)
	}
}

// Keep makes of a vector what a graph keeps of it, in its place, and gives its squared
// length before: for Cosine it gets length 1.
func (c Config) Keep(vector []float32) (norm float64) {
	norm = squaredLength(vector)
	if c.Metric == Cosine {
		scale(vector, 1/math.Sqrt(norm))
	}
	return norm
}

// move copies a slot's vector to another slot.
func (v *vectors) move(from, to uint32) {
	copy(v.at(to), v.at(from))
	if v.half > 0 {
		copy(v.upper.data[int(to)*v.half:][:v.half], v.upper.data[int(from)*v.half:])
		copy(v.lower.data[int(to)*v.half:][:v.half], v.lower.data[int(from)*v.half:])
		v.scales.data[to], v.norms.data[to], v.sums.data[to] = v.scales.data[from], v.norms.data[from], v.sums.data[from]
	}
}

// wipe leaves nothing of a slot's vector.
func (v *vectors) wipe(slot uint32) {
	clear(v.at(slot))
	if v.half > 0 {
		v.judge(slot, -1)
		clear(v.upper.data[int(slot)*v.half:][:v.half])
		clear(v.lower.data[int(slot)*v.half:][:v.half])
		v.scales.data[slot], v.norms.data[slot], v.sums.data[slot] = 0, 0, 0
	}
}

// forget gives the memory of slots back.
func (v *vectors) forget(from, to uint32) {
	v.floats.forget(int(from)*v.config.Dimension, int(to)*v.config.Dimension)
	if v.half > 0 {
		v.upper.forget(int(from)*v.half, int(to)*v.half)
		v.lower.forget(int(from)*v.half, int(to)*v.half)
		v.scales.forget(int(from), int(to))
		v.norms.forget(int(from), int(to))
		v.sums.forget(int(from), int(to))
	}
}

// gather is for slots before end, which are filled.
func (v *vectors) gather(end int) {
	v.floats.gather(end * v.config.Dimension)
	v.upper.gather(end * v.half)
	v.lower.gather(end * v.half)
}

// squaredLength adds up in four sums, which do not wait for each other.
func squaredLength(vector []float32) float64 {
	var sums [4]float64
	for ; len(vector) >= 4; vector = vector[4:] {
		a, b, c, d := float64(vector[0]), float64(vector[1]), float64(vector[2]), float64(vector[3])
		sums[0] += a * a
		sums[1] += b * b
		sums[2] += c * c
		sums[3] += d * d
	}
	for _, x := range vector {
		sums[0] += float64(x) * float64(x)
	}
	return sums[0] + sums[1] + sums[2] + sums[3]
}

func scale(vector []float32, by float64) {
	for i, x := range vector {
		vector[i] = float32(float64(x) * by)
	}
}
