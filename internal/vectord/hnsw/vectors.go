package hnsw

import (
	"errors"
	"math"
	"unsafe"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// vectors keeps a vector for each slot, as it came and, unless the configuration says
// no, as a code of int8: number / scale, with a scale of the vector's own.
//
// A code is followed by its tail, so that one look into memory brings both.
type vectors struct {
	config  Config
	kernels simd.Kernels
	stride  int // bytes from one code to the next; 0 without codes
	floats  area[float32]
	codes   area[int8]
}

// tail stands behind a code. The scalar product of two vectors is about that of
// their codes times both scales.
type tail struct {
	scale float32
	norm  float32 // the squared length, for L2; else 0
}

const (
	tailBytes = 8
	cacheLine = 64
)

func newVectors(config Config, kernels simd.Kernels) (*vectors, error) {
	v := &vectors{config: config, kernels: kernels}
	var err, more error
	v.floats, err = reserve[float32](config.MaxItems * config.Dimension)
	if !config.Float {
		v.stride = strideOf(config.Dimension)
		v.codes, more = reserve[int8](config.MaxItems * v.stride)
	}
	if err = errors.Join(err, more); err != nil {
		v.free()
	}
	return v, err
}

// strideOf gives the bytes of a code with its tail. Long ones begin with a cache
// line, short ones share it.
func strideOf(dimension int) int {
	unit := cacheLine
	if dimension < 256 {
		unit = tailBytes
	}
	return (dimension + tailBytes + unit - 1) / unit * unit
}

func (v *vectors) free() {
	v.floats.free()
	v.codes.free()
}

// bytes that a slot takes.
func (v *vectors) bytes() int {
	return 4*v.config.Dimension + v.stride
}

// at gives a slot's vector in place.
func (v *vectors) at(slot uint32) []float32 {
	d := v.config.Dimension
	return v.floats.data[int(slot)*d:][:d:d]
}

func (v *vectors) code(slot uint32) []int8 {
	return v.codes.data[int(slot)*v.stride:][:v.config.Dimension:v.config.Dimension]
}

func (v *vectors) tail(slot uint32) *tail {
	return (*tail)(unsafe.Pointer(&v.codes.data[(int(slot)+1)*v.stride-tailBytes]))
}

// put writes a slot's vector, which [Config.Check] let pass.
func (v *vectors) put(slot uint32, vector []float32) {
	kept := v.at(slot)
	copy(kept, vector)
	norm := v.config.Keep(kept)
	if v.config.Metric != L2 {
		norm = 0
	}
	if v.stride > 0 {
		*v.tail(slot) = tail{scale: encode(kept, v.code(slot)), norm: float32(norm)}
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
	if v.stride > 0 {
		copy(v.codes.data[int(to)*v.stride:][:v.stride], v.codes.data[int(from)*v.stride:])
	}
}

// wipe leaves nothing of a slot's vector.
func (v *vectors) wipe(slot uint32) {
	clear(v.at(slot))
	clear(v.codes.data[int(slot)*v.stride:][:v.stride])
}

// forget gives the memory of slots back.
func (v *vectors) forget(from, to uint32) {
	v.floats.forget(int(from)*v.config.Dimension, int(to)*v.config.Dimension)
	if v.stride > 0 {
		v.codes.forget(int(from)*v.stride, int(to)*v.stride)
	}
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

// encode writes a vector as int8 and gives the scale that brings it back.
func encode(vector []float32, code []int8) float32 {
	largest := float32(0)
	for _, x := range vector {
		largest = max(largest, x, -x)
	}
	if largest == 0 {
		clear(code)
		return 0
	}
	by := 127 / float64(largest)
	for i, x := range vector {
		code[i] = int8(math.RoundToEven(float64(x) * by))
	}
	return float32(1 / by)
}

// probe is a vector that others are compared with: a query's, or a slot's own.
type probe struct {
	v      *vectors
	vector []float32
	code   []int8
	scale  float32
	norm   float32 // the squared length, for L2
	dots   []int32 // room for the kernels
}

// ask makes the probe that of a query.
func (p *probe) ask(vector []float32) {
	p.vector = append(p.vector[:0], vector...)
	if p.v.config.Metric == Cosine {
		scale(p.vector, 1/math.Sqrt(squaredLength(p.vector)))
	}
	if p.v.stride > 0 {
		p.code = grown(p.code, len(vector))
		p.scale = encode(p.vector, p.code)
	}
	if p.v.config.Metric == L2 {
		p.norm = float32(squaredLength(p.vector))
	}
}

// of makes the probe that of a slot, whose vector it reads in place.
func (p *probe) of(slot uint32) probe {
	other := probe{v: p.v, vector: p.v.at(slot), dots: p.dots}
	if p.v.stride > 0 {
		t := p.v.tail(slot)
		other.code, other.scale, other.norm = p.v.code(slot), t.scale, t.norm
	}
	return other
}

// near writes a rough distance of each slot, by the codes where there are some. It is
// the metric's, but for a constant that all probes share.
func (p *probe) near(slots []uint32, distances []float32) {
	if p.v.stride == 0 {
		p.exact(slots, distances)
		return
	}
	v := p.v
	p.dots = grown(p.dots, len(slots))
	v.kernels.DotRowsI8(p.code, v.codes.data, v.stride, slots, p.dots)
	by := -p.scale
	if v.config.Metric == L2 {
		by *= 2
	}
	for i, slot := range slots {
		t := v.tail(slot)
		distances[i] = p.norm + t.norm + by*t.scale*float32(p.dots[i])
	}
}

// exact writes the distance of each slot as the metric defines it.
func (p *probe) exact(slots []uint32, distances []float32) {
	v := p.v
	if v.config.Metric == L2 {
		v.kernels.SquaredL2Rows(p.vector, v.floats.data, slots, distances[:len(slots)])
		return
	}
	v.kernels.DotRows(p.vector, v.floats.data, slots, distances[:len(slots)])
	for i, dot := range distances[:len(slots)] {
		if v.config.Metric == Cosine {
			distances[i] = 1 - dot
		} else {
			distances[i] = -dot
		}
	}
}

// grown gives a slice of n elements, which may be the one given.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
