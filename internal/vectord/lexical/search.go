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
	if k <= 0 {
		return nil
	}
	found := words(query)
	times := make(map[string]int, len(found))
	for _, word := range found[:min(len(found), MaxQueryWords)] {
		times[word]++
	}
	s, _ := x.searches.Get().(*search)
	if s == nil {
		s = &search{}
	}
	defer x.searches.Put(s)
	s.allowed, s.best = allowed, best{k: k}
	x.see(s, times)
	s.run()
	return s.best.hits()
}

// see takes the lists of the query's terms as they are at one moment.
func (x *Index) see(s *search, times map[string]int) {
	s.cursors, s.live = grown(s.cursors, len(times)), s.live[:0]
	x.published.RLock()
	counts := x.counts
	for word, n := range times {
		if term, known := x.terms[word]; known && x.lists[term].n > 0 {
			c := s.cursors[len(s.live)]
			c.list, c.times = x.lists[term], n
			s.live = append(s.live, c)
		}
	}
	x.published.RUnlock()
	s.prepare(x.config, counts)
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
