package lexical

import (
	"math"
	"math/bits"
)

// window is how many slots are scored at a time, at most.
const window = 2048

// search is what one search needs, kept for later ones. It goes through the
// slots in windows that end where a block does. Terms whose best postings in the
// window cannot together lift a text over the bar only add to texts that other
// terms have found there (MaxScore, with the bounds of blocks); a window in
// which no text can pass the bar is left out unread.
type search struct {
	scorer
	best
	allowed []uint64
	cursors []*cursor // the first of them, as many as asked, are of the query's terms
	asked   int
	live    []*cursor // not at their end; in each window those of least bound first

	found  [window / 64]uint64 // by slot of the window: whether it has a score
	scores [window]int64
	bounds []int64 // of live, in its order, each with those before it in the end
}

func (s *search) run() {
	for from := uint32(0); ; {
		low, high, some := s.place(from)
		if !some {
			break
		}
		s.window(low, high)
		from = high + 1
	}
}

// place puts all terms at a slot or behind, leaves out those at their end, and
// gives the next window.
func (s *search) place(from uint32) (low, high uint32, some bool) {
	low, high = math.MaxUint32, math.MaxUint32
	live := s.live[:0]
	for _, c := range s.live {
		c.seek(from)
		if c.block != nil {
			live = append(live, c)
			low, high = min(low, c.low()), min(high, c.block.last)
		}
	}
	s.live = live
	low &^= 63 // so that the window's bits are words of allowed
	// Blocks of many terms would part the slots too finely.
	high = max(high, low+uint32(64*len(live)))
	return low, min(high, low+window-1), len(live) > 0
}

// window scores the slots from low to high.
func (s *search) window(low, high uint32) {
	allowed := s.count(low, high)
	if allowed == 0 {
		return
	}
	adding := s.order(high)
	if adding == len(s.live) {
		return
	}
	n := high - low + 1
	if allowed*16 < int(n) {
		// Looking for each allowed slot reads less than scoring them all.
		copy(s.found[:(n+63)/64], s.allowed[low/64:])
		s.choose(low, high, len(s.live))
	} else {
		for _, c := range s.live[adding:] {
			s.add(c, low, high)
		}
		s.choose(low, high, adding)
	}
	clear(s.scores[:n])
	clear(s.found[:(n+63)/64])
}

// count gives how many slots of a window are allowed.
func (s *search) count(low, high uint32) int {
	if s.allowed == nil {
		return window
	}
	n := 0
	for word := int(low / 64); word <= int(high/64) && word < len(s.allowed); word++ {
		n += bits.OnesCount64(s.allowed[word])
	}
	return n
}

// order sorts the terms by what they add at most up to a slot, and gives how
// many of the first cannot pass the bar together.
func (s *search) order(high uint32) int {
	s.bounds = s.bounds[:0]
	for i, c := range s.live {
		bound := c.bound(&s.scorer, high)
		s.bounds = append(s.bounds, bound)
		for ; i > 0 && s.bounds[i-1] > bound; i-- {
			s.bounds[i], s.live[i] = s.bounds[i-1], s.live[i-1]
		}
		s.bounds[i], s.live[i] = bound, c
	}
	adding, sum := 0, int64(0)
	for i, bound := range s.bounds {
		sum += bound
		s.bounds[i] = sum
		if sum <= s.bar() {
			adding = i + 1
		}
	}
	return adding
}

// add scores a term's postings in a window.
func (s *search) add(c *cursor, low, high uint32) {
	for c.block != nil && c.low() <= high {
		c.open()
		for i := range c.rest {
			p := &c.rest[i]
			if p.slot > high {
				c.rest = c.rest[i:]
				return
			}
			at := p.slot - low
			s.scores[at] += s.score(c.weight, p.tf, p.length)
			s.found[at/64] |= 1 << (at % 64)
		}
		c.next()
	}
}

// choose offers the slots found in a window, after the first terms of live have
// added to them what they may. Before each of these terms, slots that it and
// those left could not lift over the bar are out.
func (s *search) choose(low, high uint32, adding int) {
	s.mask(low, high)
	for i := adding - 1; i >= 0; i-- {
		switch left := s.prune(low, high, s.bounds[i]); {
		case left == 0:
			return
		case left*16 > int(high-low):
			s.join(s.live[i], low, high)
		default:
			s.probe(s.live[i], low, high)
		}
	}
	for word := uint32(0); word <= (high-low)/64; word++ {
		for left := s.found[word]; left != 0; left &= left - 1 {
			at := word*64 + uint32(bits.TrailingZeros64(left))
			if s.scores[at] > s.bar() {
				s.offer(scored{low + at, s.scores[at]})
			}
		}
	}
}

// mask leaves of the slots found those of the window that are allowed.
func (s *search) mask(low, high uint32) {
	last := (high - low) / 64
	s.found[last] &= 2<<((high-low)%64) - 1
	if s.allowed == nil {
		return
	}
	for word := range last + 1 {
		if i := int(low/64 + word); i < len(s.allowed) {
			s.found[word] &= s.allowed[i]
		} else {
			s.found[word] = 0
		}
	}
}

// prune leaves of the slots found those that come over the bar with more, and
// counts them.
func (s *search) prune(low, high uint32, more int64) int {
	n, need := 0, s.bar()-more
	if need < 0 {
		return int(high - low)
	}
	for word := range (high-low)/64 + 1 {
		found := uint64(0)
		for left := s.found[word]; left != 0; left &= left - 1 {
			bit := uint32(bits.TrailingZeros64(left))
			// The sign tells what passes: a branch would be guessed wrong too often.
			found |= uint64(need-s.scores[word*64+bit]) >> 63 << bit
		}
		s.found[word] = found
		n += bits.OnesCount64(found)
	}
	return n
}

// join adds a term's postings to the slots found: worth it where they are many.
func (s *search) join(c *cursor, low, high uint32) {
	for c.block != nil && c.low() <= high {
		c.open()
		for i := range c.rest {
			p := &c.rest[i]
			if p.slot > high {
				c.rest = c.rest[i:]
				return
			}
			if at := p.slot - low; s.found[at/64]>>(at%64)&1 != 0 {
				s.scores[at] += s.score(c.weight, p.tf, p.length)
			}
		}
		c.next()
	}
}

// probe looks for each of the slots found in a term's postings.
func (s *search) probe(c *cursor, low, high uint32) {
	for word := range (high-low)/64 + 1 {
		for left := s.found[word]; left != 0; left &= left - 1 {
			at := word*64 + uint32(bits.TrailingZeros64(left))
			if c.reaches(low + at) {
				s.scores[at] += s.score(c.weight, c.rest[0].tf, c.rest[0].length)
			}
		}
	}
}
