package simd

import "strconv"

// Level names a set of instructions that kernels exist for.
type Level int

// The levels, slowest first.
const (
	Portable Level = iota // Go alone, on any processor
	AVX2                  // AVX2 and FMA
	AVX512                // AVX-512 F, BW, DQ, VL and VNNI, and what comes with them
)

// String gives the level's name as it stands in logs: "portable", "avx2", "avx512".
func (l Level) String() string {
	switch l {
	case Portable:
		return "portable"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return "level " + strconv.Itoa(int(l))
}

// Kernels are the functions of one level. They are a small value, made to be
// copied and passed in; the zero value is the portable level.
type Kernels struct {
	level Level
}

// Best gives the fastest kernels that this processor and its system run.
func Best() Kernels {
	k := Kernels{}
	for _, l := range Levels() {
		k.level = l
	}
	return k
}

// At gives the kernels of one level; ok is false where this processor or this
// build has none.
func At(l Level) (k Kernels, ok bool) {
	if !available(l) {
		return Kernels{}, false
	}
	return Kernels{level: l}, true
}

// Levels lists what [At] can give here, slowest first.
func Levels() []Level {
	var list []Level
	for _, l := range []Level{Portable, AVX2, AVX512} {
		if available(l) {
			list = append(list, l)
		}
	}
	return list
}

// Level tells which level the kernels are of.
func (k Kernels) Level() Level { return k.level }
