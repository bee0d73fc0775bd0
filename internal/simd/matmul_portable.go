package simd

// Four columns at a time, as many sums as a processor keeps in registers.

func matMulI8Portable(a Matrix[uint8], rows []Quant, w WeightsI8, out Matrix[float32]) {
	for r, q := range rows {
		row, to := a.Row(r), out.Row(r)
		for c := 0; c < w.n; c += 4 {
			sums := fourI8(row, w.panels[c/panel*panel*w.k+c%panel*quad:])
			for i, sum := range sums {
				factor := q.Scale * w.scales[c+i]
				// The conversion keeps a compiler from rounding both operations at once.
				to[c+i] = float32(float32(sum+q.Offset*w.sums[c+i])*factor) + w.biases[c+i]
			}
		}
	}
}

// fourI8 gives the sums of four columns, the first of which begins where w does.
func fourI8(row []uint8, w []int8) (sums [4]int32) {
	for i := 0; i < len(row); i += quad {
		x0, x1, x2, x3 := int32(row[i]), int32(row[i+1]), int32(row[i+2]), int32(row[i+3])
		for c, four := 0, w[i*panel:][:4*quad]; c < len(sums); c++ {
			sums[c] += x0*int32(four[4*c]) + x1*int32(four[4*c+1]) + x2*int32(four[4*c+2]) + x3*int32(four[4*c+3])
		}
	}
	return sums
}

func matMulPortable(a, b, out Matrix[float32]) {
	for r := range a.Rows {
		row, to := a.Row(r), out.Row(r)
		clear(to)
		for i, x := range row {
			from := b.Row(i)[:len(to)]
			for c, y := range from {
				to[c] += x * y
			}
		}
	}
}
