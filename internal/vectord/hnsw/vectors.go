package hnsw

import (
	"errors"
	"math"
	"sync/atomic"
	"unsafe"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// vectors keeps a vector for each slot, as it came and, unless the configuration says
// no, as a code of int8: number / scale, with a scale of the vector's own.
//
// A code lies in two halves. The upper four bits of its numbers stand for themselves, a
// bit roughly, and lead a search: that reads from memory half of what the codes are, and
// memory is what it waits for. The lower four bits make the code whole where that counts
// (Locally-adaptive Vector Quantization has these two levels too,
// https://arxiv.org/abs/2304.04759). Behind the upper half of a code stands its tail, so
// that one look into memory brings both.
type vectors struct {
	config  Config
	kernels simd.Kernels
	half    int // bytes of half a code; 0 without codes
	stride  int // bytes from one upper half to the next
	floats  area[float32]
	upper   area[uint8]
	lower   area[uint8]
	rough   atomic.Int64 // over zero where the upper halves say too little
}

// tail stands behind a code. The scalar product of two vectors is about that of
// their codes times both scales.
type tail struct {
	scale float32
	norm  float32 // the squared length
	sum   int32   // of the code
}

const (
	tailBytes = 12
	shortUnit = 16
	cacheLine = 64
)

func newVectors(config Config, kernels simd.Kernels) (*vectors, error) {
	v := &vectors{config: config, kernels: kernels}
	var errs [3]error
	v.floats, errs[0] = reserve[float32](config.MaxItems * config.Dimension)
	if !config.Float {
		v.half = (config.Dimension + 31) / 32 * 16
		v.stride = strideOf(v.half)
		v.upper, errs[1] = reserve[uint8](config.MaxItems * v.stride)
		v.lower, errs[2] = reserve[uint8](config.MaxItems * v.half)
	}
	err := errors.Join(errs[:]...)
	if err != nil {
		v.free()
	}
	return v, err
}

// strideOf gives the bytes of half a code with its tail. Long ones begin with a cache
// line, short ones share it.
func strideOf(half int) int {
	unit := cacheLine
	if half < 128 {
		unit = shortUnit
	}
	return (half + tailBytes + unit - 1) / unit * unit
}

func (v *vectors) free() {
	v.floats.free()
	v.upper.free()
	v.lower.free()
}

// bytes that a slot takes.
func (v *vectors) bytes() int {
	return 4*v.config.Dimension + v.stride + v.half
}

// at gives a slot's vector in place.
func (v *vectors) at(slot uint32) []float32 {
	d := v.config.Dimension
	return v.floats.data[int(slot)*d:][:d:d]
}

func (v *vectors) tail(slot uint32) *tail {
	return (*tail)(unsafe.Pointer(&v.upper.data[int(slot)*v.stride+v.half]))
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
		*v.tail(slot) = tail{scale: encode(kept, code), norm: float32(norm), sum: sumOf(code)}
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
	copy(v.upper.data[int(to)*v.stride:][:v.stride], v.upper.data[int(from)*v.stride:])
	copy(v.lower.data[int(to)*v.half:][:v.half], v.lower.data[int(from)*v.half:])
}

// wipe leaves nothing of a slot's vector.
func (v *vectors) wipe(slot uint32) {
	if v.half > 0 {
		v.judge(slot, -1)
	}
	clear(v.at(slot))
	clear(v.upper.data[int(slot)*v.stride:][:v.stride])
	clear(v.lower.data[int(slot)*v.half:][:v.half])
}

// forget gives the memory of slots back.
func (v *vectors) forget(from, to uint32) {
	v.floats.forget(int(from)*v.config.Dimension, int(to)*v.config.Dimension)
	v.upper.forget(int(from)*v.stride, int(to)*v.stride)
	v.lower.forget(int(from)*v.half, int(to)*v.half)
}

func squaredLength(vector []float32) float64 {
	sum := 0.0
	for _, x := range vector {
		sum += float64(x) * float64(x)
	}
	return sum
}

func scale(vector []float32, by float64) {
	for i, x := range vector {
		vector[i] = float32(float64(x) * by)
	}
}
