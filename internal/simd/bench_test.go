package simd_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// The shape of an index as it is: 100,000 vectors of 768 elements, which is more
// than a processor's caches hold, asked for in batches as long as a node's links.
const (
	benchDim  = 768
	benchRows = 100_000
	benchIDs  = 32
)

// perRow runs a kernel over batches of ids and reports nanoseconds per row. A hot
// batch is the same eight rows again, which the first cache holds; a cold one walks a
// shuffle of all rows, so that each comes from memory.
func perRow(b *testing.B, kernel func(ids []uint32)) {
	shuffled := make([]uint32, benchRows)
	for i, r := range rand.New(rand.NewPCG(1, 2)).Perm(benchRows) {
		shuffled[i] = uint32(r)
	}
	run := func(name string, ids []uint32) {
		b.Run(name, func(b *testing.B) {
			at := 0
			quickest(b, 32*benchIDs, "ns/row", func() {
				for range 32 {
					kernel(ids[at : at+benchIDs])
					if at += benchIDs; at+benchIDs > len(ids) {
						at = 0
					}
				}
			})
		})
	}
	run("hot", slices.Repeat(shuffled[:8], benchIDs/8))
	run("cold", shuffled)
}

// quickest reports the time of the quickest run for each of its parts: what the
// kernel takes when nobody else has the processor, which the mean on a shared machine
// does not tell.
func quickest(b *testing.B, parts int, unit string, run func()) {
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		run()
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least.Nanoseconds())/float64(parts), unit)
	b.ReportMetric(0, "ns/op")
}

func BenchmarkDotRows(b *testing.B) {
	rows := floats(benchRows * benchDim)
	query, out := floats(benchDim), make([]float32, benchIDs)
	eachLevel(b, func(b *testing.B, k simd.Kernels) {
		perRow(b, func(ids []uint32) { k.DotRows(query, rows, ids, out) })
	})
}

func BenchmarkSquaredL2Rows(b *testing.B) {
	rows := floats(benchRows * benchDim)
	query, out := floats(benchDim), make([]float32, benchIDs)
	eachLevel(b, func(b *testing.B, k simd.Kernels) {
		perRow(b, func(ids []uint32) { k.SquaredL2Rows(query, rows, ids, out) })
	})
}

// BenchmarkDotRowsI4 reads rows that stand end to end, as either halves of codes do.
func BenchmarkDotRowsI4(b *testing.B) {
	const stride = benchDim / 2
	codes := halves(benchRows * stride)
	query, out := bytes(benchDim), make([]int32, benchIDs)
	eachLevel(b, func(b *testing.B, k simd.Kernels) {
		perRow(b, func(ids []uint32) { k.DotRowsI4(query, codes, stride, ids, out) })
	})
}

// BenchmarkPair is one product at a time, hot.
func BenchmarkPair(b *testing.B) {
	x, y := floats(benchDim), floats(benchDim)
	eachLevel(b, func(b *testing.B, k simd.Kernels) {
		quickest(b, 1000, "ns/pair", func() {
			for range 1000 {
				k.Dot(x, y)
			}
		})
	})
}
