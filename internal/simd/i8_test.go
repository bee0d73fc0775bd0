package simd_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// dotI8 is the product as one writes it down.
func dotI8(a, b []int8) int32 {
	var sum int32
	for i := range a {
		sum += int32(a[i]) * int32(b[i])
	}
	return sum
}

// pairI8 is the kernel for two vectors.
func pairI8(k simd.Kernels) func(a, b []int8) int32 {
	return alone(func(query, codes []int8, ids []uint32, out []int32) {
		k.DotRowsI8(query, codes, len(query), ids, out)
	})
}

// TestDotI8IsExactAtEveryLength multiplies vectors in which a kernel that saturates,
// or negates -128, shows it.
func TestDotI8IsExactAtEveryLength(t *testing.T) {
	const longest = 4100
	random, least, most, ends := bytes(longest), slices.Repeat([]int8{-128}, longest), slices.Repeat([]int8{127}, longest), bytes(longest)
	for i, v := range ends {
		ends[i] = []int8{-128, 127, -127, -128}[v&3]
	}
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for i, c := range [][2][]int8{{random, ends}, {ends, random}, {least, least}, {least, most}, {most, least}, {ends, ends}} {
			a, b := c[0], c[1]
			var want int32
			for n := range longest + 1 {
				if n > 0 {
					want += int32(a[n-1]) * int32(b[n-1])
				}
				if got := pairI8(k)(a[:n], b[:n]); got != want {
					t.Fatalf("case %d, %d elements: got %d, want %d", i, n, got, want)
				}
			}
		}
	})
}

func TestDotI8IsExactAtEveryAlignment(t *testing.T) {
	a, b := bytes(1000), bytes(1001)
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for at := range 64 {
			for n := range 200 {
				x, y := a[at:at+n], b[63-at:63-at+n]
				if got, want := pairI8(k)(x, y), dotI8(x, y); got != want {
					t.Fatalf("%d elements at %d: got %d, want %d", n, at, got, want)
				}
			}
		}
	})
}

// TestDotI8BeyondInt32 holds what is promised of vectors whose product an int32
// does not hold, even one of a lane: it is right modulo 2^32.
func TestDotI8BeyondInt32(t *testing.T) {
	for _, c := range []struct {
		n    int
		each int8
	}{{131_071, -128}, {131_072, -128}, {131_073, -128}, {2_000_003, 127}, {2_000_003, -127}} {
		a := slices.Repeat([]int8{c.each}, c.n)
		want := int32(int64(c.n) * int64(c.each) * int64(c.each))
		eachLevel(t, func(t *testing.T, k simd.Kernels) {
			if got := pairI8(k)(a, a); got != want {
				t.Errorf("%d elements of %d: got %d, want %d", c.n, c.each, got, want)
			}
		})
	}
}

func TestDotRowsI8(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, dim := range []int{1, 15, 16, 17, 63, 64, 65, 100, 128, 383, 384, 768, 800} {
			stride := dim + []int{0, 1, 8, 64}[r.IntN(4)]
			const count = 50
			query, codes := bytes(dim), bytes(stride*(count-1)+dim)
			for n := range 14 {
				ids := someIDs(r, n, count)
				out := slices.Repeat([]int32{-7}, n+3)
				k.DotRowsI8(query, codes, stride, ids, out)
				for i, id := range ids {
					if want := dotI8(query, codes[int(id)*stride:][:dim]); out[i] != want {
						t.Fatalf("dim %d, stride %d, %d ids: row %d at %d: got %d, want %d", dim, stride, n, id, i, out[i], want)
					}
				}
				if beyond := out[n:]; !slices.Equal(beyond, []int32{-7, -7, -7}) {
					t.Fatalf("dim %d, %d ids: wrote beyond the results asked for: %d", dim, n, beyond)
				}
			}
		}
	})
}
