package simd_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// dotI4 is the product as one writes it down.
func dotI4(query []int8, row []uint8) int32 {
	var sum int32
	half := len(query) / 2
	for i, b := range row[:half] {
		sum += int32(b&15)*int32(query[i]) + int32(b>>4)*int32(query[half+i])
	}
	return sum
}

// halves gives bytes for rows of half-bytes.
func halves(n int) []uint8 {
	list := make([]uint8, n)
	for i, v := range bytes(n) {
		list[i] = uint8(v)
	}
	return list
}

func TestDotRowsI4(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for half := 16; half <= 640; half += 16 {
			stride := half + []int{0, 1, 8, 64}[r.IntN(4)]
			const count = 50
			query, codes := bytes(2*half), halves(stride*(count-1)+half)
			for n := range 14 {
				ids := someIDs(r, n, count)
				out := slices.Repeat([]int32{-7}, n+3)
				k.DotRowsI4(query, codes, stride, ids, out)
				for i, id := range ids {
					if want := dotI4(query, codes[int(id)*stride:]); out[i] != want {
						t.Fatalf("%d bytes, stride %d, %d ids: row %d at %d: got %d, want %d", half, stride, n, id, i, out[i], want)
					}
				}
				if beyond := out[n:]; !slices.Equal(beyond, []int32{-7, -7, -7}) {
					t.Fatalf("%d bytes, %d ids: wrote beyond the results asked for: %d", half, n, beyond)
				}
			}
		}
	})
}

// TestDotI4IsExactAtItsEnds multiplies the largest numbers, by which a kernel that
// saturates shows it, up to the length that is promised.
func TestDotI4IsExactAtItsEnds(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		for _, half := range []int{16, 48, 64, 384, 8192, 1 << 19} {
			for _, each := range []int8{-128, 127} {
				for _, b := range []uint8{0xff, 0xf0, 0x0f} {
					query, row := slices.Repeat([]int8{each}, 2*half), slices.Repeat([]uint8{b}, half)
					out := make([]int32, 1)
					if k.DotRowsI4(query, row, half, []uint32{0}, out); out[0] != dotI4(query, row) {
						t.Errorf("%d bytes of %#x by %d: got %d, want %d", half, b, each, out[0], dotI4(query, row))
					}
				}
			}
		}
	})
}

func TestDotRowsI4PanicsWhereItDoesNotFit(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		out := []int32{-7, -7}
		for _, test := range []struct {
			why                 string
			query, have, stride int
			ids                 []uint32
		}{
			{"a query of 48 elements for half-bytes", 48, 100, 24, []uint32{0}},
			{"row 2 is asked for, but the array holds 2", 64, 95, 32, []uint32{1, 2}},
			{"row 4294967295 is asked for, but the array holds 3", 64, 104, 36, []uint32{1, 1<<32 - 1}},
			{"row 0 is asked for, but the array holds 0", 64, 0, 32, []uint32{0}},
			{"rows of 32 elements cannot be 31 apart", 64, 100, 31, []uint32{0}},
			{"rows of 32 elements cannot be -32 apart", 64, 100, -32, []uint32{0}},
			{"room for 2 results, but 3 rows are asked for", 64, 100, 32, []uint32{0, 1, 2}},
		} {
			said := panicOf(func() { k.DotRowsI4(bytes(test.query), halves(test.have), test.stride, test.ids, out) })
			if !strings.HasPrefix(said, "simd: ") || !strings.Contains(said, test.why) {
				t.Errorf("want a panic that says %q, got %q", test.why, said)
			}
		}
		if !slices.Equal(out, []int32{-7, -7}) {
			t.Errorf("results were written before the panic: %v", out)
		}
		if k.DotRowsI4(nil, nil, 16, []uint32{3}, out); out[0] != 0 {
			t.Errorf("the sum of nothing is %d", out[0])
		}
		query, codes, ids := bytes(128), halves(640), []uint32{4, 3, 2, 1, 0, 4}
		many := make([]int32, len(ids))
		if n := testing.AllocsPerRun(10, func() { k.DotRowsI4(query, codes, 128, ids, many) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
