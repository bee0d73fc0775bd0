package simd_test

import (
	"math/rand/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// eachLevel runs a test or a benchmark with the kernels of every level that this
// processor has.
func eachLevel[T interface {
	Run(string, func(T)) bool
}](t T, run func(T, simd.Kernels)) {
	for _, level := range simd.Levels() {
		k, _ := simd.At(level)
		t.Run(level.String(), func(t T) { run(t, k) })
	}
}

func floats(n int) []float32 {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	list := make([]float32, n)
	for i := range list {
		list[i] = r.Float32()*2 - 1
	}
	return list
}

func bytes(n int) []int8 {
	r := rand.New(rand.NewPCG(uint64(n), 2))
	list := make([]int8, n)
	for i := range list {
		list[i] = int8(r.Uint32())
	}
	return list
}

// someIDs draws n of count row numbers, some of them more than once.
func someIDs(r *rand.Rand, n, count int) []uint32 {
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(r.IntN(count))
	}
	return ids
}

// alone makes a kernel for rows one for two vectors: a batch of one row.
func alone(rows func(query, rows []float32, ids []uint32, out []float32)) func(a, b []float32) float32 {
	return func(a, b []float32) float32 {
		var out [1]float32
		rows(a, b, []uint32{0}, out[:])
		return out[0]
	}
}
