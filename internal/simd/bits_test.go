package simd_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// hamming counts bit by bit.
func hamming(a, b []uint64) int32 {
	var sum int32
	for i := range a {
		for bit := range 64 {
			if a[i]>>bit&1 != b[i]>>bit&1 {
				sum++
			}
		}
	}
	return sum
}

func TestHammingRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const count = 30
	for dim := 1; dim <= 70; dim++ {
		query, rows := words(dim), words(dim*count)
		for i := range dim {
			rows[i] = ^query[i] // every bit differs
		}
		want := make([]int32, count)
		for id := range want {
			want[id] = hamming(query, rows[id*dim:][:dim])
		}
		eachLevel(t, func(t *testing.T, k simd.Kernels) {
			every := make([]int32, count)
			k.HammingRange(query, rows, every)
			if !slices.Equal(every, want) {
				t.Fatalf("every row of %d words: got %d, want %d", dim, every, want)
			}
			for n := range 10 {
				ids, out := someIDs(r, n, count), slices.Repeat([]int32{-7}, n+1)
				k.HammingRows(query, rows, ids, out)
				for i, id := range ids {
					if out[i] != want[id] || k.Hamming(query, rows[int(id)*dim:][:dim]) != want[id] {
						t.Fatalf("row %d of %d words among %d: got %d, want %d", id, dim, n, out[i], want[id])
					}
				}
				if out[n] != -7 {
					t.Fatalf("%d words, %d ids: wrote beyond the results asked for", dim, n)
				}
			}
		})
	}
}
