package hnsw

import "math"

// probe is a vector that others are compared with: a query's, or a slot's own.
type probe struct {
	v      *vectors
	vector []float32
	by     float32 // that a query is brought to length 1 with, for Cosine
	code   []int8  // as long as both halves of a code
	sum    int32   // of the code
	scale  float32
	norm   float32 // the squared length
	length float32 // of a query
	whole  bool    // the upper halves of codes say too little

	upper []int32 // room for the kernels
	lower []int32
}

// setQuery makes the probe that of a query, which is not to change as long as it is one. For
// Cosine its length is taken out of what products give.
func (p *probe) setQuery(vector []float32) {
	p.vector, p.by = vector, 1
	squares := float64(p.v.kernels.Dot(vector, vector))
	if p.v.config.Metric == Cosine {
		p.by = float32(1 / math.Sqrt(squares))
		squares = 1
	}
	p.norm, p.length = float32(squares), float32(math.Sqrt(squares))
	if p.v.half > 0 {
		p.code = grown(p.code, 2*p.v.half)
		p.scale, p.sum = encode(vector, p.code)
		p.scale *= p.by
		clear(p.code[len(vector):])
		p.whole = p.v.tooRough()
	}
}

// setSlot makes the probe that of a slot, whose vector it reads in place.
func (p *probe) setSlot(slot uint32) {
	p.vector, p.by = p.v.at(slot), 1
	if p.v.half == 0 {
		return
	}
	p.code = grown(p.code, 2*p.v.half)
	p.v.unpack(slot, p.code)
	p.whole = p.v.tooRough()
	p.scale, p.norm, p.sum = p.v.scales.data[slot], p.v.norms.data[slot], p.v.sums.data[slot]
}

// near writes a rough distance of each slot, by the upper halves of the codes, or by the
// whole ones where these say too little. It is the metric's, but for a constant that all
// probes share.
func (p *probe) near(slots []uint32, distances []float32) {
	if p.whole || p.v.half == 0 {
		p.close(slots, distances)
		return
	}
	p.upperDots(slots)
	// The lower half of a code is 7.5 on average.
	missing := (7.5 - 128) * float32(p.sum)
	scales, by := p.v.scales.data, p.factor()
	upper, distances := p.upper[:len(slots)], distances[:len(slots)]
	for i, slot := range slots {
		distances[i] = by * scales[slot] * (16*float32(upper[i]) + missing)
	}
	p.addNorms(slots, distances)
}

// close is near by the whole codes.
func (p *probe) close(slots []uint32, distances []float32) {
	v := p.v
	if v.half == 0 {
		p.exact(slots, distances)
		return
	}
	p.upperDots(slots)
	p.lower = grown(p.lower, len(slots))
	v.kernels.DotRowsI4(p.code, v.lower.data, v.half, slots, p.lower)
	scales, by := v.scales.data, p.factor()
	for i, slot := range slots {
		distances[i] = by * scales[slot] * float32(p.lower[i]+16*p.upper[i]-128*p.sum)
	}
	p.addNorms(slots, distances)
}

// upperDots multiplies by the upper halves.
func (p *probe) upperDots(slots []uint32) {
	p.upper = grown(p.upper, len(slots))
	p.v.kernels.DotRowsI4(p.code, p.v.upper.data, p.v.half, slots, p.upper)
}

// factor gives what a product of codes is multiplied by, but for a slot's scale.
func (p *probe) factor() float32 {
	if p.v.config.Metric == L2 {
		return -2 * p.scale
	}
	return -p.scale
}

// addNorms makes of what products give the squared distances, for L2.
func (p *probe) addNorms(slots []uint32, distances []float32) {
	if p.v.config.Metric != L2 {
		return
	}
	for i, slot := range slots {
		distances[i] += p.norm + p.v.norms.data[slot]
	}
}

// doubt is what a distance by whole codes is hardly ever off by. A number of a code is off
// by up to half of its scale, evenly: the product of two codes then has a standard
// deviation of either's scale times the other's length / sqrt(12), and four of these are
// exceeded once in ten thousand times.
func (p *probe) doubt(slot uint32) float32 {
	v := p.v
	off := p.scale*float32(math.Sqrt(float64(v.norms.data[slot]))) + v.scales.data[slot]*p.length
	if v.config.Metric == L2 {
		off *= 2
	}
	return 4 / 3.46 * off
}

// exact writes the distance of each slot as the metric defines it.
func (p *probe) exact(slots []uint32, distances []float32) {
	v := p.v
	if v.config.Metric == L2 {
		v.kernels.SquaredL2Rows(p.vector, v.floats.data, slots, distances[:len(slots)])
		return
	}
	v.kernels.DotRows(p.vector, v.floats.data, slots, distances[:len(slots)])
	for i, dot := range distances[:len(slots)] {
		if v.config.Metric == Cosine {
			distances[i] = 1 - dot*p.by
		} else {
			distances[i] = -dot
		}
	}
}

// grown gives a slice of n elements, which may be the one given.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
