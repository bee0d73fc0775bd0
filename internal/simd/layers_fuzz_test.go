package simd_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// FuzzLayers takes any finite bits for rows. Quantise has to agree with the plain loop, and
// the others have to come near the portable level where that gives what is finite.
func FuzzLayers(f *testing.F) {
	f.Add([]byte{})
	for _, n := range []int{1, 64, 1000} {
		raw := make([]byte, n)
		for i, v := range bytes(n) {
			raw[i] = byte(v)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		x := make([]float32, (len(raw)/4+15)/16*16)
		for i := range len(raw) / 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			if v-v == 0 {
				x[i] = v
			}
		}
		factors := floats(len(x))
		want, wantQuant := quantisedOf(x, factors)
		plain := everyLevel()[0]
		exp, gelu := slices.Clone(x), slices.Clone(x)
		plain.Exp(exp)
		plain.GELU(gelu)
		for _, k := range everyLevel() {
			got := make([]uint8, len(x))
			if quant := k.Quantise(x, factors, got); wantQuant.Scale-wantQuant.Scale == 0 && (!slices.Equal(got, want) || quant != wantQuant) {
				t.Fatalf("%v: Quantise: got %v of %v, want %v of %v", k.Level(), got, quant, want, wantQuant)
			}
			e, g := slices.Clone(x), slices.Clone(x)
			k.Exp(e)
			k.GELU(g)
			for i, v := range x {
				if math.Abs(float64(e[i]-exp[i])) > max(0x1p-20*float64(exp[i]), 0x1p-119) {
					t.Fatalf("%v: Exp of %v: got %v, want %v", k.Level(), v, e[i], exp[i])
				}
				if math.Abs(float64(g[i]-gelu[i])) > 0x1p-18*max(1, math.Abs(float64(v))) {
					t.Fatalf("%v: GELU of %v: got %v, want %v", k.Level(), v, g[i], gelu[i])
				}
			}
		}
	})
}
