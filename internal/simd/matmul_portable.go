package simd

// Four rows by two columns at a time: the weights of both columns are put into one word, so
// that one multiplication makes two products.
func matMulI8Portable(a Matrix[uint8], quants []Quant, w WeightsI8, out Matrix[float32]) {
	for at := 0; at < a.Rows; at += 4 {
		var rows [4][]uint8
		for i := range rows {
			rows[i] = a.Row(min(at+i, a.Rows-1))
		}
		for c := 0; c < w.n; c += 2 {
			sums := twoColumns(rows, w.panels[c/panel*panel*w.k+c%panel*quad:])
			for i, both := range sums[:min(4, a.Rows-at)] {
				first := int32(both)
				second := int32((both - int64(first)) >> 32)
				q, to := quants[at+i], out.Row(at+i)
				to[c], to[c+1] = w.result(c, first, q), w.result(c+1, second, q)
			}
		}
	}
}

// result is what a column makes of a sum.
func (w WeightsI8) result(c int, sum int32, q Quant) float32 {
	factor := q.Scale * w.scales[c]
	// The conversion keeps a compiler from rounding both operations at once.
	return float32(float32(sum+q.Offset*w.sums[c])*factor) + w.biases[c]
}

// twoColumns gives each row's sum of the column that begins where w does, and 2^32 times
// that of the next.
func twoColumns(rows [4][]uint8, w []int8) (sums [4]int64) {
	var s0, s1, s2, s3 int64
	r0 := rows[0]
	r1, r2, r3 := rows[1][:len(r0)], rows[2][:len(r0)], rows[3][:len(r0)]
	for i := 0; i < len(r0); i += quad {
		fours := w[i*panel:][:2*quad]
		for j := range quad {
			both := int64(fours[j]) + int64(fours[quad+j])<<32
			s0 += both * int64(r0[i+j])
			s1 += both * int64(r1[i+j])
			s2 += both * int64(r2[i+j])
			s3 += both * int64(r3[i+j])
		}
	}
	return [4]int64{s0, s1, s2, s3}
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
