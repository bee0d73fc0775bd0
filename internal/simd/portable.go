package simd

// The loops that say what each kernel computes. They run where there is no
// assembly, and the tests hold every kernel against them.

// Four sums, because one would wait for itself.
func dotPortable(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func squaredL2Portable(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		d0, d1, d2, d3 := a[i]-b[i], a[i+1]-b[i+1], a[i+2]-b[i+2], a[i+3]-b[i+3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(a); i++ {
		d := a[i] - b[i]
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

func dotI4Portable(low, high []int8, row []uint8) int32 {
	low, high = low[:len(row)], high[:len(row)]
	var s0, s1 int32
	for i, b := range row {
		s0 += int32(b&15) * int32(low[i])
		s1 += int32(b>>4) * int32(high[i])
	}
	return s0 + s1
}

// eachRowI4 is eachRow for half-bytes.
func eachRowI4(query []int8, rows []uint8, stride int, ids []uint32, out []int32) {
	half := len(query) / 2
	for i, id := range ids {
		out[i] = dotI4Portable(query[:half], query[half:], rows[int(id)*stride:][:half])
	}
}

// eachRow computes one result for each row.
func eachRow(one func(query, row []float32) float32, query, rows []float32, ids []uint32, out []float32) {
	for i, id := range ids {
		out[i] = one(query, rows[int(id)*len(query):][:len(query)])
	}
}
