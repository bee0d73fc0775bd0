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
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		outF, many := []float32{-7, -7}, f(300)
		many[0] = -7
		for _, test := range []struct {
			why  string
			call func()
		}{
			{"vectors of 3 and 4 elements", func() { k.Dot(f(3), f(4)) }},
			{"vectors of 4 and 0 elements", func() { k.Dot(f(4), nil) }},
			{"row 5 is asked for, but the array holds 5", func() { k.DotRows(f(8), f(40), []uint32{0, 5}, outF) }},
			{"row 4 is asked for, but the array holds 4", func() { k.SquaredL2Rows(f(8), f(39), []uint32{0, 4}, outF) }},
			{"room for 2 results, but 3 rows are asked for", func() { k.DotRows(f(8), f(40), []uint32{0, 1, 2}, outF) }},
			{"2 rows are asked for, but the array holds 1", func() { k.DotRange(f(20), f(39), outF) }},
			{"300 rows are asked for, but the array holds 299", func() { k.DotRange(f(1), f(299), many) }},
		} {
			if said := panicOf(test.call); !strings.HasPrefix(said, "simd: ") || !strings.Contains(said, test.why) {
				t.Errorf("want a panic that says %q, got %q", test.why, said)
			}
		}
		if many[0] != -7 || !slices.Equal(outF, []float32{-7, -7}) {
			t.Errorf("results were written before the panic: %v %v", outF, many[0])
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
		if k.Dot(nil, nil) != 0 {
			t.Error("the sum of nothing is not 0")
		}
		outF := []float32{-7, -7, -7}
		k.DotRows(nil, nil, []uint32{0, 9}, outF)
		if !slices.Equal(outF, []float32{0, 0, -7}) {
			t.Errorf("rows without elements: got %v", outF)
		}
		outF = []float32{-7, -7, -7}
		k.SquaredL2Rows(nil, nil, []uint32{0, 9}, outF)
		if !slices.Equal(outF, []float32{0, 0, -7}) {
			t.Errorf("distances to rows without elements: got %v", outF)
		}
		if k.DotRange(nil, nil, outF); !slices.Equal(outF, []float32{0, 0, 0}) {
			t.Errorf("a range of rows without elements: got %v", outF)
		}
	})
}

func TestKernelsDoNotAllocate(t *testing.T) {
	eachLevel(t, func(t *testing.T, k simd.Kernels) {
		query, rows, out := floats(100), floats(100*300), make([]float32, 300)
		ids := []uint32{5, 4, 3, 2, 1}
		n := testing.AllocsPerRun(10, func() {
			k.Dot(query, rows[:100])
			k.DotRows(query, rows, ids, out)
			k.SquaredL2Rows(query, rows, ids, out)
			k.DotRange(query, rows, out)
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
