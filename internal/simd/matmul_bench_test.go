package simd_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// BenchmarkMatMulI8 is what MiniLM multiplies: a query of 14 tokens by an attention
// projection, and batches by both layers of a feed-forward network. The plain float32
// loop of the same shapes stands beside it.
func BenchmarkMatMulI8(b *testing.B) {
	for _, s := range []shape{{14, 384, 384}, {128, 384, 1536}, {256, 1536, 384}} {
		a, quants := simd.MatrixOf(quantised(s.rows*s.k), s.rows, s.k), someQuants(s.rows)
		w, out := randomLayer(s.k, s.n).packed(), filled(s.rows, s.n, 0, 0)
		b.Run(fmt.Sprintf("%dx%dx%d", s.rows, s.k, s.n), func(b *testing.B) {
			eachLevel(b, func(b *testing.B, k simd.Kernels) {
				perProduct(b, s, func() { k.MatMulI8(a, quants, w, out) })
			})
			x, y := simd.MatrixOf(floats(s.rows*s.k), s.rows, s.k), simd.MatrixOf(floats(s.k*s.n), s.k, s.n)
			b.Run("float32-loop", func(b *testing.B) {
				perProduct(b, s, func() { plainProduct(x, y, out) })
			})
		})
	}
}

// BenchmarkMatMul is attention: one head's queries by keys, and weights by values.
func BenchmarkMatMul(b *testing.B) {
	for _, s := range []shape{{14, 32, 14}, {14, 14, 32}, {256, 32, 256}, {256, 256, 32}} {
		x, y, out := simd.MatrixOf(floats(s.rows*s.k), s.rows, s.k), simd.MatrixOf(floats(s.k*s.n), s.k, s.n), filled(s.rows, s.n, 0, 0)
		b.Run(fmt.Sprintf("%dx%dx%d", s.rows, s.k, s.n), func(b *testing.B) {
			eachLevel(b, func(b *testing.B, k simd.Kernels) {
				perProduct(b, s, func() { k.MatMul(x, y, out) })
			})
		})
	}
}

func BenchmarkTranspose(b *testing.B) {
	from, to := filled(256, 32, 352, 1), filled(32, 256, 0, 0)
	quickest(b, 1, "ns/product", func() { simd.Transpose(from, to) })
}

// plainProduct is the product of float32 as a plain loop has it.
func plainProduct(a, b, out simd.Matrix[float32]) {
	for r := range a.Rows {
		to := out.Row(r)
		clear(to)
		for i, x := range a.Row(r) {
			for c, y := range b.Row(i) {
				to[c] += x * y
			}
		}
	}
}

// perProduct reports nanoseconds of the quickest product, and with them 10^9
// operations a second, a multiplication and an addition counted as two.
func perProduct(b *testing.B, s shape, product func()) {
	least := math.MaxFloat64
	times := max(1, 100_000/(s.rows*s.k*s.n))
	for b.Loop() {
		start := time.Now()
		for range times {
			product()
		}
		least = min(least, float64(time.Since(start).Nanoseconds())/float64(times))
	}
	b.ReportMetric(least, "ns/product")
	b.ReportMetric(2*float64(s.rows)*float64(s.k)*float64(s.n)/least, "GOP/s")
	b.ReportMetric(0, "ns/op")
}
