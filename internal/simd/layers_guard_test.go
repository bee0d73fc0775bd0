//go:build linux

package simd_test

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestLayersTouchNothingBeyond places rows between pages that cannot be read, at the
// beginning of their memory and at its end, and wants what comes out in the open.
func TestLayersTouchNothingBeyond(t *testing.T) {
	var fences [5]fence
	for i := range fences {
		fences[i] = fenced(t, 2)
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for n := 16; n <= 1536; n += 16 * (1 + n/128) {
			x, y, gamma, beta, bytes := floats(n), floats(n + 1)[:n], floats(n + 2)[:n], floats(n + 3)[:n], make([]uint8, n)
			all := func(x, y, gamma, beta []float32, bytes []uint8) {
				k.GELU(x)
				k.AddNorm(x, y, gamma, beta)
				k.Quantise(x, gamma, bytes)
				k.Exp(x)
			}
			for _, atEnd := range []uint{0, 31, 21, 10} {
				at := func(operand int) (fence, bool) { return fences[operand], atEnd>>operand&1 == 1 }
				func() {
					defer faults(t, n)()
					want, wantBytes := slices.Clone(x), slices.Clone(bytes)
					all(want, y, gamma, beta, wantBytes)
					got, gotBytes := put(at, 0, x), put(at, 4, bytes)
					all(got, put(at, 1, y), put(at, 2, gamma), put(at, 3, beta), gotBytes)
					if !slices.Equal(got, want) || !slices.Equal(gotBytes, wantBytes) {
						t.Fatalf("%d elements: got %v and %v, want %v and %v", n, got, gotBytes, want, wantBytes)
					}
				}()
			}
		}
	})
}
