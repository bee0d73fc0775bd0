package simd_test

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

func TestLevels(t *testing.T) {
	levels := simd.Levels()
	if levels[0] != simd.Portable || !slices.IsSorted(levels) {
		t.Errorf("levels %v: want portable first and the fastest last", levels)
	}
	if got, want := simd.Best().Level(), levels[len(levels)-1]; got != want {
		t.Errorf("the best level is %v, want %v", got, want)
	}
	for _, l := range []simd.Level{simd.Portable, simd.AVX2, simd.AVX512, -1, 3} {
		k, ok := simd.At(l)
		if want := slices.Contains(levels, l); ok != want || ok && k.Level() != l || !ok && k != (simd.Kernels{}) {
			t.Errorf("level %v: got %v, %v, but Levels has it: %v", l, k.Level(), ok, want)
		}
	}
	if got := (simd.Kernels{}).Level(); got != simd.Portable {
		t.Errorf("the zero value is of level %v, want portable", got)
	}
}
