package lexical

import "math/rand/v2"

// Postings and what is kept of the texts say the same twice: which term is in the text of
// which slot, and how long that text is. Whoever removes a text relies on it. To hold the one
// against the other would be to look for each posting in the memory of its text, so it is
// two sums that are compared: they are over numbers that a function gives which is drawn by
// chance for it, and are the same for other things once in 2^60 times.
type sums struct {
	pairs uint64 // of each term in a text, with the text's length
	words uint64 // of each slot, times how many words its text has
}

// keys make that function.
type keys struct{ pair, length, slot uint64 }

func newKeys() keys { return keys{rand.Uint64(), rand.Uint64(), rand.Uint64()} }

func (k *keys) ofPair(slot, term, length uint32) uint64 {
	return mixed(k.pair+(uint64(slot)<<32|uint64(term))) * (k.length + uint64(length))
}

func (k *keys) ofWords(slot, words uint32) uint64 { return mixed(k.slot+uint64(slot)) * uint64(words) }

// mixed is the end of SplitMix64.
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (s *sums) add(t sums) { s.pairs, s.words = s.pairs+t.pairs, s.words+t.words }
