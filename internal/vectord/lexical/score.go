package lexical

import "math"

// A score is counted in whole steps of 2^-40. Sums are then the same in every
// order, so that texts alike score alike and a bound is one to the last bit; a
// score is off by less than 1e-12 for each word of the query.
const steps = 1 << 40

// tableSize is up to which length of a text the norm is looked up.
const tableSize = 256

// scorer knows what is the same for every term of a search.
type scorer struct {
	k1, b, mean float64
	texts       float64
	table       [tableSize]float64
}

func (s *scorer) prepare(config Config, counts counts) {
	s.k1, s.b = config.K1, config.B
	s.texts = float64(counts.texts)
	s.mean = float64(counts.words) / max(s.texts, 1)
	for length := range s.table {
		s.table[length] = s.compute(uint32(length))
	}
}

// compute gives 1/(K1*(1-B+B*length/mean)), infinite where K1 is 0.
func (s *scorer) compute(length uint32) float64 {
	return 1 / (s.k1 * (1 - s.b + s.b*float64(length)/s.mean))
}

func (s *scorer) norm(length uint32) float64 {
	if length < tableSize {
		return s.table[length]
	}
	return s.compute(length)
}

// weight gives idf, times how often the query says the word, in steps.
func (s *scorer) weight(df uint32, times int) float64 {
	n := float64(df)
	return steps * float64(times) * math.Log1p((s.texts-n+0.5)/(n+0.5))
}

// whole gives what a word adds to the score of a text of the usual length that has it once.
func (s *scorer) whole(df uint32, times int) float64 {
	return s.weight(df, times) / (1 + s.k1) / steps
}

// score gives what a posting adds, one step at least. The form idf - idf/(1 + tf/...) never falls
// with tf nor rises with length, in floating point either.
func (s *scorer) score(weight float64, tf, length uint32) int64 {
	return 1 + int64(weight-weight/(1+float64(tf)*s.norm(length)))
}

// bound gives what a posting of a block adds at most.
func (s *scorer) bound(weight float64, b *block) int64 {
	most := s.score(weight, 1, uint32(b.once))
	if b.most > 1 {
		most = max(most, s.score(weight, b.most, uint32(b.more)))
	}
	return most
}
