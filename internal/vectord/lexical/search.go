package lexical

// MaxQueryWords is how many words of a query count, repeated ones too.
const MaxQueryWords = 1024

// Hit is a found text. Score is positive and comparable within one search only.
type Hit struct {
	Slot  uint32
	Score float64
}

// Search gives the k texts that score best for a query, the best first, fewer
// only where fewer have a word of it. With allowed, only slots whose bit is set
// count: bit s%64 of word s/64, where what is beyond the last word is unset; nil
// allows all. Scores are by the whole index, whatever is allowed. The bits are
// read until the search returns.
func (x *Index) Search(query string, k int, allowed []uint64) []Hit {
	a := x.Ask(query)
	defer a.Close()
	return a.Search(k, allowed)
}

// Asked is a query with the index as it was at one moment. It is for one
// goroutine, and holds on to memory until it is closed.
type Asked struct {
	x *Index
	s *search

	// Whole is the score of a text of the usual length that has every word of the query
	// once, also those that no text has.
	Whole float64
}

// Ask reads a query and takes the moment.
func (x *Index) Ask(query string) *Asked {
	found := words(query)
	times := make(map[string]int, len(found))
	for _, word := range found[:min(len(found), MaxQueryWords)] {
		times[word]++
	}
	s, _ := x.searches.Get().(*search)
	if s == nil {
		s = &search{}
	}
	return &Asked{x, s, x.see(s, times)}
}

// Close ends the use of what was asked.
func (a *Asked) Close() {
	for _, c := range a.s.cursors {
		c.list, c.block = list{}, nil
	}
	a.s.asked, a.s.live, a.s.allowed = 0, a.s.live[:0], nil
	a.x.searches.Put(a.s)
}

// Search is [Index.Search], of the moment.
func (a *Asked) Search(k int, allowed []uint64) []Hit {
	if k <= 0 {
		return nil
	}
	a.s.allowed, a.s.best = allowed, best{k: k}
	a.s.start()
	a.s.run()
	return a.s.best.hits()
}

// Scores gives the score of each of some slots, in ascending order: what Search
// finds them with, and 0 for a slot whose text has no word of the query.
func (a *Asked) Scores(slots []uint32) []float64 {
	out := make([]float64, len(slots))
	sums := make([]int64, len(slots))
	a.s.start()
	for _, c := range a.s.live {
		for i, slot := range slots {
			if c.reaches(slot) {
				sums[i] += a.s.score(c.weight, c.rest[0].tf, c.rest[0].length)
			}
		}
	}
	for i, sum := range sums {
		out[i] = float64(sum) / steps
	}
	return out
}

// see takes the lists of the query's terms as they are at one moment, and gives the
// score of a text that has them all.
func (x *Index) see(s *search, times map[string]int) (whole float64) {
	s.cursors, s.asked = grown(s.cursors, len(times)), 0
	unknown := 0
	x.published.RLock()
	counts := x.counts
	for word, n := range times {
		if term, known := x.terms.term(word); known && x.lists[term].n > 0 {
			c := s.cursors[s.asked]
			c.list, c.times = x.lists[term], n
			s.asked++
			continue
		}
		unknown += n
	}
	x.published.RUnlock()
	s.prepare(x.config, counts)
	whole = s.whole(0, unknown)
	for _, c := range s.cursors[:s.asked] {
		whole += s.whole(c.list.n, c.times)
	}
	return whole
}

// start puts the cursors of all terms at their beginning.
func (s *search) start() {
	s.live = append(s.live[:0], s.cursors[:s.asked]...)
	for _, c := range s.live {
		c.start(s.weight(c.list.n, c.times))
	}
}

func grown(cursors []*cursor, n int) []*cursor {
	for len(cursors) < n {
		cursors = append(cursors, &cursor{})
	}
	return cursors
}
