package simd

// Four columns at a time, as many sums as a processor keeps in registers.

func matMulI8Portable(a Matrix[int16], scales []float32, w WeightsI8, out Matrix[float32]) {
	size := panel * (w.k + w.k&1)
	for r, scale := range scales {
		row, to := a.Row(r), out.Row(r)
		for c := 0; c < w.n; c += 4 {
			sums := fourI8(row, w.panels[c/panel*size+c%panel*2:])
			for i, sum := range sums[:min(4, w.n-c)] {
				factor := scale * w.scales[c+i]
				// The conversion keeps a compiler from rounding both operations at once.
				to[c+i] = float32(float32(sum)*factor) + w.biases[c+i]
			}
		}
	}
}

// fourI8 gives the sums of four columns, the first of which begins where w does.
func fourI8(row []int16, w []int8) [4]int32 {
	var s0, s1, s2, s3 int32
	for ; len(row) >= 2; row = row[2:] {
		x, y := int32(row[0]), int32(row[1])
		pair := w[:8]
		s0 += x*int32(pair[0]) + y*int32(pair[1])
		s1 += x*int32(pair[2]) + y*int32(pair[3])
		s2 += x*int32(pair[4]) + y*int32(pair[5])
		s3 += x*int32(pair[6]) + y*int32(pair[7])
		w = w[min(2*panel, len(w)):]
	}
	if len(row) == 1 {
		x, pair := int32(row[0]), w[:8]
		s0 += x * int32(pair[0])
		s1 += x * int32(pair[2])
		s2 += x * int32(pair[4])
		s3 += x * int32(pair[6])
	}
	return [4]int32{s0, s1, s2, s3}
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
