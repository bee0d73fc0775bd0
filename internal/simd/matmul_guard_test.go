//go:build linux

package simd_test

import (
	"runtime/debug"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestMatricesTouchNothingBeyond places each operand between pages that cannot be read,
// at the beginning of its memory or at its end: all at one side, and neighbours at
// different ones.
func TestMatricesTouchNothingBeyond(t *testing.T) {
	var fences [7]fence
	for i := range fences {
		fences[i] = fenced(t, 4)
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for rows := 1; rows <= 13; rows++ {
			for _, inner := range []int{1, 2, 3, 4, 7, 36} {
				for _, n := range []int{1, 3, 8, 9, 15, 16, 17, 31, 32, 33, 40, 48, 49, 64} {
					s := shape{rows, inner, n}
					for _, atEnd := range []uint{0, 127, 85, 42} {
						at := func(operand int) (fence, bool) { return fences[operand], atEnd>>operand&1 == 1 }
						fencedProducts(t, k, s, at)
						if s.k%4 == 0 && s.n%32 == 0 {
							fencedLayer(t, k, s, at)
						}
					}
				}
			}
		}
	})
}

// fencedLayer multiplies where the fences are and wants what comes out in the open.
func fencedLayer(t *testing.T, k simd.Kernels, s shape, at func(operand int) (fence, bool)) {
	t.Helper()
	defer faults(t, s)()
	const gap = 3
	l := randomLayer(s.k, s.n)
	panels, sums := simd.PackI8(l.weights, s.k, s.n)
	a := simd.Matrix[uint8]{Data: quantised((s.rows-1)*(s.k+gap) + s.k), Rows: s.rows, Cols: s.k, Stride: s.k + gap}
	quants, want := someQuants(s.rows), filled(s.rows, s.n, gap, -7)
	k.MatMulI8(a, quants, l.packed(), want)

	got := want
	a.Data, quants, got.Data = put(at, 0, a.Data), put(at, 1, quants), put(at, 2, filled(s.rows, s.n, gap, -7).Data)
	w := simd.NewWeightsI8(s.k, s.n, put(at, 3, panels), put(at, 6, sums), put(at, 4, l.scales), put(at, 5, l.biases))
	k.MatMulI8(a, quants, w, got)
	if !slices.Equal(got.Data, want.Data) {
		t.Fatalf("MatMulI8, %v: got %v, want %v", s, got.Data, want.Data)
	}
}

// fencedProducts is fencedLayer for float32.
func fencedProducts(t *testing.T, k simd.Kernels, s shape, at func(operand int) (fence, bool)) {
	t.Helper()
	defer faults(t, s)()
	const gap = 3
	want := filled(s.rows, s.n, gap, -7)
	left, right := filled(s.rows, s.k, gap, 0), filled(s.k, s.n, gap, 0)
	copy(left.Data, floats(len(left.Data)))
	copy(right.Data, floats(len(right.Data)))
	k.MatMul(left, right, want)
	got := want
	left.Data, right.Data, got.Data = put(at, 0, left.Data), put(at, 1, right.Data), put(at, 2, filled(s.rows, s.n, gap, -7).Data)
	k.MatMul(left, right, got)
	if !slices.Equal(got.Data, want.Data) {
		t.Fatalf("MatMul, %v: got %v, want %v", s, got.Data, want.Data)
	}
}

// faults makes touching a fence fail the test: defer what it gives.
func faults(t *testing.T, what any) func() {
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		if fault := recover(); fault != nil {
			t.Fatalf("%v: %v", what, fault)
		}
	}
}

// put copies an operand into its fence.
func put[T any](at func(operand int) (fence, bool), operand int, from []T) []T {
	f, atEnd := at(operand)
	if atEnd {
		return last(f, from)
	}
	return first(f, from)
}
