package simd_test

import (
	"encoding/binary"
	"math"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// seeds are inputs of the lengths at which kernels change their step.
func seeds(f *testing.F) {
	for _, n := range []int{0, 1, 30, 32, 34, 126, 128, 130, 200, 520, 1536} {
		raw := make([]byte, n)
		for i, v := range bytes(n) {
			raw[i] = byte(v)
		}
		f.Add(raw, uint8(n), uint8(3))
	}
	f.Add([]byte("\x80\x80\x80\x80\x80\x80\x80\x80"), uint8(1), uint8(0))
}

func FuzzDotRowsI4(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte, length, gap uint8) {
		half := int(length) / 16 * 16
		if half == 0 || len(raw) < 2*half {
			return
		}
		query, stride := signed(raw[len(raw)-2*half:]), half+int(gap)
		ids := make([]uint32, (len(raw)-half)/stride+1)
		for i := range ids {
			ids[i] = uint32(len(ids) - 1 - i)
		}
		out := make([]int32, len(ids))
		for _, k := range everyLevel() {
			k.DotRowsI4(query, raw, stride, ids, out)
			for i, id := range ids {
				if want := dotI4(query, raw[int(id)*stride:]); out[i] != want {
					t.Fatalf("%v: row %d of %d: got %d, want %d", k.Level(), id, len(ids), out[i], want)
				}
			}
		}
	})
}

// FuzzFloats takes any bits as float32. Sums that stay below the largest float32 on
// every way are near the exact one, or of its kind where something is not finite.
func FuzzFloats(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte, _, _ uint8) {
		var all []float32
		for ; len(raw) >= 4; raw = raw[4:] {
			all = append(all, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
		a, b := all[:len(all)/2], all[len(all)-len(all)/2:]
		for _, k := range everyLevel() {
			for name, p := range pairs(k) {
				if overflows(a, b, p.term) {
					continue
				}
				sum, size := exactly(a, b, p.term)
				got := p.kernel(a, b)
				if kind(sum) != kind(float64(got)) || kind(sum) == "finite" && !near(got, sum, size, len(a)) {
					t.Fatalf("%v: %s of %d elements: got %v, want %v", k.Level(), name, len(a), got, sum)
				}
			}
		}
	})
}

// overflows tells whether the finite terms could add up to more than a float32 holds.
func overflows(a, b []float32, term func(x, y float64) float64) bool {
	size := 0.0
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		if kind(x) == "finite" && kind(y) == "finite" {
			size += math.Abs(term(x, y))
		}
	}
	return size > math.MaxFloat32/2
}

func everyLevel() []simd.Kernels {
	var list []simd.Kernels
	for _, l := range simd.Levels() {
		k, _ := simd.At(l)
		list = append(list, k)
	}
	return list
}

func signed(raw []byte) []int8 {
	list := make([]int8, len(raw))
	for i, v := range raw {
		list[i] = int8(v)
	}
	return list
}
