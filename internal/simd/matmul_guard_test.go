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
	var fences [6]fence
	for i := range fences {
		fences[i] = fenced(t, 4)
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for rows := 1; rows <= 13; rows++ {
			for _, inner := range []int{1, 2, 3, 6, 7, 33} {
				for _, n := range []int{1, 3, 8, 9, 15, 16, 17, 31, 32, 33, 40, 48, 49} {
					s := shape{rows, inner, n}
					for _, atEnd := range []uint{0, 63, 21, 42} {
						fencedProducts(t, k, s, func(operand int) (fence, bool) {
							return fences[operand], atEnd>>operand&1 == 1
						})
					}
				}
			}
		}
	})
}

// fencedProducts multiplies where the fences are and wants what comes out in the open.
func fencedProducts(t *testing.T, k simd.Kernels, s shape, at func(operand int) (fence, bool)) {
	t.Helper()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			t.Fatalf("%v: %v", s, fault)
		}
	}()
	const gap = 3
	l := randomLayer(s.k, s.n)
	panels := simd.PackI8(l.weights, s.k, s.n)
	a := simd.Matrix[int16]{Data: shorts((s.rows-1)*(s.k+gap) + s.k), Rows: s.rows, Cols: s.k, Stride: s.k + gap}
	scales, want := floats(s.rows), filled(s.rows, s.n, gap, -7)
	k.MatMulI8(a, scales, l.packed(), want)

	got := want
	a.Data, scales, got.Data = put(at, 0, a.Data), put(at, 1, scales), put(at, 2, filled(s.rows, s.n, gap, -7).Data)
	w := simd.NewWeightsI8(s.k, s.n, put(at, 3, panels), put(at, 4, l.scales), put(at, 5, l.biases))
	k.MatMulI8(a, scales, w, got)
	if !slices.Equal(got.Data, want.Data) {
		t.Fatalf("MatMulI8, %v: got %v, want %v", s, got.Data, want.Data)
	}

	left, right := filled(s.rows, s.k, gap, 0), filled(s.k, s.n, gap, 0)
	copy(left.Data, floats(len(left.Data)))
	copy(right.Data, floats(len(right.Data)))
	k.MatMul(left, right, want)
	left.Data, right.Data = put(at, 0, left.Data), put(at, 1, right.Data)
	k.MatMul(left, right, got)
	if !slices.Equal(got.Data, want.Data) {
		t.Fatalf("MatMul, %v: got %v, want %v", s, got.Data, want.Data)
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
