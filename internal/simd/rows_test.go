package simd_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestWhatDoesNotFitPanics: a caller's mistake, as a row number from a damaged file,
// ends in a panic that says what was wrong, with no result written.
func TestWhatDoesNotFitPanics(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	c := func(n int) []int8 { return make([]int8, n) }
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		outF, outI, many := []float32{-7, -7}, []int32{-7, -7}, f(300)
		many[0] = -7
		for _, test := range []struct {
			why  string
			call func()
		}{
			{"vectors of 3 and 4 elements", func() { k.Dot(f(3), f(4)) }},
			{"vectors of 4 and 0 elements", func() { k.SquaredL2(f(4), nil) }},
			{"vectors of 64 and 63 elements", func() { k.DotI8(c(64), c(63)) }},
			{"row 5 is asked for, but the array holds 5", func() { k.DotRows(f(8), f(40), []uint32{0, 5}, outF) }},
			{"row 4 is asked for, but the array holds 4", func() { k.SquaredL2Rows(f(8), f(39), []uint32{0, 4}, outF) }},
			{"row 4294967295 is asked for, but the array holds 3", func() { k.DotRowsI8(c(20), c(84), 32, []uint32{1, 1<<32 - 1}, outI) }},
			{"row 2 is asked for, but the array holds 2", func() { k.DotRowsI8(c(20), c(83), 32, []uint32{1, 2}, outI) }},
			{"row 0 is asked for, but the array holds 0", func() { k.DotRowsI8(c(20), nil, 20, []uint32{0}, outI) }},
			{"room for 2 results, but 3 rows are asked for", func() { k.DotRows(f(8), f(40), []uint32{0, 1, 2}, outF) }},
			{"rows of 20 elements cannot be 19 apart", func() { k.DotRowsI8(c(20), c(100), 19, []uint32{0}, outI) }},
			{"rows of 20 elements cannot be -20 apart", func() { k.DotRangeI8(c(20), c(100), -20, outI) }},
			{"vectors of 2 and 3 elements", func() { k.Hamming(make([]uint64, 2), make([]uint64, 3)) }},
			{"row 3 is asked for, but the array holds 3", func() { k.HammingRows(make([]uint64, 3), make([]uint64, 11), []uint32{0, 3}, outI) }},
			{"2 rows are asked for, but the array holds 1", func() { k.HammingRange(make([]uint64, 3), make([]uint64, 5), outI) }},
			{"2 rows are asked for, but the array holds 1", func() { k.DotRangeI8(c(20), c(39), 20, outI) }},
			{"2 rows are asked for, but the array holds 1", func() { k.DotRange(f(20), f(39), outF) }},
			{"300 rows are asked for, but the array holds 299", func() { k.SquaredL2Range(f(1), f(299), many) }},
		} {
			if said := panicOf(test.call); !strings.HasPrefix(said, "simd: ") || !strings.Contains(said, test.why) {
				t.Errorf("want a panic that says %q, got %q", test.why, said)
			}
		}
		if many[0] != -7 || !slices.Equal(outF, []float32{-7, -7}) || !slices.Equal(outI, []int32{-7, -7}) {
			t.Errorf("results were written before the panic: %v %v %v", outF, outI, many[0])
		}
	})
}

func panicOf(call func()) (said string) {
	defer func() { said = fmt.Sprint(recover()) }()
	call()
	return ""
}

func TestEmptyVectors(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		if k.Dot(nil, nil) != 0 || k.SquaredL2(nil, nil) != 0 || k.DotI8(nil, nil) != 0 || k.Hamming(nil, nil) != 0 {
			t.Error("the sum of nothing is not 0")
		}
		outF, outI := []float32{-7, -7, -7}, []int32{-7, -7, -7}
		k.DotRows(nil, nil, []uint32{0, 9}, outF)
		k.DotRowsI8(nil, nil, 16, []uint32{0, 9}, outI)
		if !slices.Equal(outF, []float32{0, 0, -7}) || !slices.Equal(outI, []int32{0, 0, -7}) {
			t.Errorf("rows without elements: got %v %v", outF, outI)
		}
		outI[0] = -7
		k.HammingRows(nil, nil, []uint32{9}, outI)
		if outI[0] != 0 {
			t.Errorf("codes without bits: got %v", outI)
		}
		k.SquaredL2Range(nil, nil, outF)
		k.DotRangeI8(nil, nil, 0, outI)
		if !slices.Equal(outF, []float32{0, 0, 0}) || !slices.Equal(outI, []int32{0, 0, 0}) {
			t.Errorf("ranges of rows without elements: got %v %v", outF, outI)
		}
	})
}

func TestKernelsDoNotAllocate(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		query, rows, out := floats(100), floats(100*300), make([]float32, 300)
		codes, bits, exact := bytes(100), bytes(100*300), make([]int32, 300)
		ids, packed := []uint32{5, 4, 3, 2, 1}, words(3000)
		n := testing.AllocsPerRun(10, func() {
			k.Dot(query, rows[:100])
			k.SquaredL2(query, rows[:100])
			k.Norm(query)
			k.DotI8(codes, bits[:100])
			k.DotRows(query, rows, ids, out)
			k.SquaredL2Rows(query, rows, ids, out)
			k.DotRowsI8(codes, bits, 100, ids, exact)
			k.DotRange(query, rows, out)
			k.SquaredL2Range(query, rows, out)
			k.DotRangeI8(codes, bits, 100, exact)
			k.Hamming(packed, packed)
			k.HammingRows(packed[:10], packed, ids, exact)
			k.HammingRange(packed[:10], packed, exact)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
