package hnsw

import (
	"math"
	"unsafe"
)

// encode writes a vector as int8, and gives the scale that brings it back and the sum of
// the code. A code may be longer than the vector; what is beyond it stays.
func encode(vector []float32, code []int8) (scale float32, sum int32) {
	bits := uint32(0) // of numbers without a sign, which order as these do
	for _, x := range vector {
		bits = max(bits, math.Float32bits(x)&^(1<<31))
	}
	code = code[:len(vector)]
	scale = math.Float32frombits(bits) / 127
	by := 1 / scale
	if scale == 0 || math.IsInf(float64(by), 0) {
		clear(code)
		return 0, 0
	}
	// Added to 1.5 * 2^23 a number is rounded to a whole one, which is in the lowest bits.
	const rounding = 3 << 22
	for i, x := range vector {
		c := int8(math.Float32bits(x*by + rounding))
		code[i] = c
		sum += int32(c)
	}
	return scale, sum
}

// Halves hold a code plus 128, which has no sign. Byte i has the four bits of number i
// below and those of number half+i above, as [simd.Kernels.DotRowsI4] wants them.
const (
	shifted = 0x8080808080808080 // 128 in each byte
	below   = 0x0f0f0f0f0f0f0f0f
	above   = below << 4
)

// halves gives a slot's two halves in place, by eight bytes.
func (v *vectors) halves(slot uint32) (upper, lower []uint64) {
	return wordsOf(v.upper.data[int(slot)*v.half:][:v.half]), wordsOf(v.lower.data[int(slot)*v.half:][:v.half])
}

// pack writes a slot's code, which has two numbers for each byte of half of it.
func (v *vectors) pack(slot uint32, code []int8) {
	upper, lower := v.halves(slot)
	words := wordsOf(code)
	first, second := words[:len(upper)], words[len(upper):]
	for i := range upper {
		a, b := first[i]^shifted, second[i]^shifted
		upper[i] = a>>4&below | b&above
		lower[i] = a&below | b<<4&above
	}
}

// unpack reads a slot's code. Building does that for each neighbour, so that it goes by
// eight bytes and without checks of bounds.
func (v *vectors) unpack(slot uint32, code []int8) {
	upper, lower := v.halves(slot)
	words := wordsOf(code)
	n := len(upper)
	first, second := words[:n], words[n:][:n]
	lower = lower[:n]
	for i, u := range upper {
		l := lower[i]
		first[i] = (u<<4&above | l&below) ^ shifted
		second[i] = (u&above | l>>4&below) ^ shifted
	}
}

// wordsOf gives the same memory by eight bytes.
func wordsOf[T int8 | uint8](list []T) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(list))), len(list)/8)
}

// mostRough bounds what the upper half of a code may be off, as a part of the vector:
// the mean square of the one by that of the other. Numbers that are normally distributed
// have .016 at 768 dimensions. With more, as where one number is far larger than the
// others, a search that is led by upper halves loses its way.
const mostRough = .04

// judge counts a slot among those of which the upper half says enough, or too little,
// or no longer. A tenth of the latter outweighs the others.
func (v *vectors) judge(slot uint32, counts int64) {
	step := 16 * float64(v.scales.data[slot])
	if step*step/12*float64(v.config.Dimension) > mostRough*float64(v.norms.data[slot]) {
		counts *= -9
	}
	v.rough.Add(-counts)
}

// leastRough is the dimension from which on upper halves lead: where fewer numbers add
// up, what each of them is off does not cancel out.
const leastRough = 96

// tooRough tells whether the upper halves of codes say too little.
func (v *vectors) tooRough() bool {
	return v.config.Dimension < leastRough || v.rough.Load() > 0
}
