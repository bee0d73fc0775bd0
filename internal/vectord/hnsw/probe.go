package hnsw

import "math"

// probe is a vector that others are compared with: a query's, or a slot's own.
type probe struct {
	v      *vectors
	vector []float32
	code   []int8 // as long as both halves of a code
	sum    int32  // of the code
	scale  float32
	norm   float32 // the squared length, for L2
	whole  bool    // the upper halves of codes say too little

	kept  []float32 // room for vector, where it is not a slot's
	upper []int32   // room for the kernels
	lower []int32
}

// ask makes the probe that of a query.
func (p *probe) ask(vector []float32) {
	p.kept = append(p.kept[:0], vector...)
	p.vector = p.kept
	if p.v.config.Metric == Cosine {
		scale(p.vector, 1/math.Sqrt(squaredLength(p.vector)))
	}
	if p.v.half > 0 {
		p.code = grown(p.code, 2*p.v.half)
		p.scale = encode(p.vector, p.code)
		clear(p.code[len(vector):])
		p.sum = sumOf(p.code)
		p.whole = p.v.tooRough()
	}
	if p.v.config.Metric == L2 {
		p.norm = float32(squaredLength(p.vector))
	}
}

// become makes the probe that of a slot, whose vector it reads in place.
func (p *probe) become(slot uint32) {
	p.vector = p.v.at(slot)
	if p.v.half == 0 {
		return
	}
	p.code = grown(p.code, 2*p.v.half)
	p.v.unpack(slot, p.code)
	p.whole = p.v.tooRough()
	t := p.v.tail(slot)
	p.scale, p.norm, p.sum = t.scale, 0, t.sum
	if p.v.config.Metric == L2 {
		p.norm = t.norm
	}
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
	by, norms := p.factors()
	for i, slot := range slots {
		t := p.v.tail(slot)
		distances[i] = p.norm + norms*t.norm + by*t.scale*(16*float32(p.upper[i])+missing)
	}
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
	by, norms := p.factors()
	for i, slot := range slots {
		t := v.tail(slot)
		distances[i] = p.norm + norms*t.norm + by*t.scale*float32(16*p.upper[i]+p.lower[i]-128*p.sum)
	}
}

// upperDots multiplies by the upper halves.
func (p *probe) upperDots(slots []uint32) {
	p.upper = grown(p.upper, len(slots))
	p.v.kernels.DotRowsI4(p.code, p.v.upper.data, p.v.stride, slots, p.upper)
}

// factors gives what a product of codes is multiplied by, but for a slot's scale, and
// how often a slot's squared length counts.
func (p *probe) factors() (by, norms float32) {
	if p.v.config.Metric == L2 {
		return -2 * p.scale, 1
	}
	return -p.scale, 0
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
			distances[i] = 1 - dot
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
