package engine

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// Defaults of a fusion.
const (
	defaultAlpha    = 0.7
	defaultConstant = 60
	defaultDepth    = 100
)

// ExactDepth is how many items of each side an exact hybrid search looks at, at most: what
// is not among so many of one is not among the best by both but in a set made for that, and
// each takes a hundred bytes while the search runs.
const ExactDepth = 100_000

// joined gives the K best of what both sides found.
func (s *seeker) joined() []candidate {
	depth := s.q.Fusion.Depth
	switch {
	case depth > 0:
	case s.q.Exact:
		depth = min(s.x.Len(), ExactDepth)
	default:
		depth = max(defaultDepth, 2*s.q.K)
	}
	depth = max(depth, s.q.K)
	return s.join(s.nearest(depth), s.fitting(depth), depth)
}

// join gives the K best of what the sides found, up to depth items each, which is the
// list of the room.
func (s *seeker) join(near, fitting []candidate, depth int) []candidate {
	b := s.bounds(near, fitting)
	b.cut = len(fitting) == depth // others may have a word too
	s.x.names.follow(s.room.list)
	list := merged(s.room.list)
	s.addNear(list)
	if b.cut && !s.q.Fusion.Ranks {
		list = s.promising(list, b)
		s.addWords(list)
	}
	list = s.best(list, b)
	if b.cut && s.q.Fusion.Ranks {
		s.addWords(list) // of which ranks need nothing
	}
	return list
}

// best scores candidates, and gives the K best in order.
func (s *seeker) best(list []candidate, b bounds) []candidate {
	for i := range list {
		list[i].score = s.q.Fusion.score(&list[i], b)
	}
	slices.SortFunc(list, func(a, b candidate) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return strings.Compare(a.id, b.id)
	})
	return list[:min(len(list), s.q.K)]
}

// merged puts together what both sides say of an item.
func merged(list []candidate) []candidate {
	slices.SortFunc(list, func(a, b candidate) int { return cmp.Compare(a.slot, b.slot) })
	items := list[:0]
	for _, c := range list {
		n := len(items)
		if n == 0 || items[n-1].slot != c.slot {
			items = append(items, c)
			continue
		}
		if c.near.Rank != 0 {
			items[n-1].near, items[n-1].distance = c.near, c.distance
		}
		if c.words.Rank != 0 {
			items[n-1].words = c.words
		}
	}
	return items
}

// addNear computes the scores of nearness of items that only words found.
func (s *seeker) addNear(list []candidate) {
	var slots []uint32
	for i := range list {
		if list[i].near.Rank == 0 {
			slots = append(slots, list[i].slot)
		}
	}
	distances := make([]float32, len(slots))
	s.x.graph.Distances(s.vector, slots, distances)
	for i := range list {
		if c := &list[i]; c.near.Rank == 0 {
			c.distance, distances = distances[0], distances[1:]
			c.near.Score = s.x.nearness(c.distance)
		}
	}
}

// promising leaves out the items whose words are not scored yet and that would not be
// among the K best with the least score that words gave an item of their list: they have
// no more.
func (s *seeker) promising(list []candidate, b bounds) []candidate {
	var known []float64
	for i := range list {
		c := list[i]
		if c.words.Rank != 0 {
			known = append(known, s.q.Fusion.score(&c, b))
		}
	}
	if len(known) < s.q.K {
		return list
	}
	slices.Sort(known)
	bar := known[len(known)-s.q.K]
	return slices.DeleteFunc(list, func(c candidate) bool {
		if c.words.Rank != 0 {
			return false
		}
		c.words.Score = float32(b.unfittest)
		return s.q.Fusion.score(&c, b) < bar
	})
}

// addWords computes the scores of words of items that only nearness found.
func (s *seeker) addWords(list []candidate) {
	var slots []uint32
	for i := range list {
		if list[i].words.Rank == 0 {
			slots = append(slots, list[i].slot)
		}
	}
	slices.Sort(slots)
	scores := s.wordsOf(slots)
	for i := range list {
		if c := &list[i]; c.words.Rank == 0 {
			at, _ := slices.BinarySearch(slots, c.slot)
			c.words.Score = float32(scores[at])
		}
	}
}

// wordsOf gives the scores of slots, in ascending order. While slots are moved, the
// texts may still be in those that items come from.
func (s *seeker) wordsOf(slots []uint32) []float64 {
	scores := s.asked.Scores(slots)
	names := &s.x.names
	names.mu.RLock()
	defer names.mu.RUnlock()
	if len(names.origins) == 0 {
		return scores
	}
	for i, slot := range slots {
		if from, moved := names.origins[slot]; moved {
			scores[i] += s.asked.Scores([]uint32{from})[0]
		}
	}
	return scores
}

// bounds of the scores of both sides: of the best item and of the least possible one. Of
// words the best is one that has them all, should no item have more, and unfittest is the
// last item in their list.
type bounds struct {
	nearest, farthest  float64
	fittest, unfittest float64
	cut                bool // items that are not in the list may have words too
}

func (s *seeker) bounds(near, fitting []candidate) (b bounds) {
	if n := len(fitting); n > 0 {
		b.unfittest = float64(fitting[n-1].words.Score)
		b.fittest = max(s.asked.Whole, float64(fitting[0].words.Score))
	}
	if len(near) == 0 {
		return b
	}
	b.nearest = float64(near[0].near.Score)
	switch s.x.config.Metric {
	case hnsw.Cosine:
		b.farthest = -1
	case hnsw.Dot:
		b.farthest = -length(s.vector) * length(s.x.graph.Vector(near[0].slot))
	}
	return b
}

func length(vector []float32) float64 {
	squares := 0.0
	for _, x := range vector {
		squares += float64(x) * float64(x)
	}
	return math.Sqrt(squares)
}

// score joins what both sides say.
func (f *Fusion) score(c *candidate, b bounds) float64 {
	if f.Ranks {
		return f.ofRank(c.near.Rank) + f.ofRank(c.words.Rank)
	}
	alpha := defaultAlpha
	if f.Alpha != nil {
		alpha = *f.Alpha
	}
	return alpha*within(float64(c.near.Score), b.farthest, b.nearest) + (1-alpha)*within(float64(c.words.Score), 0, b.fittest)
}

func (f *Fusion) ofRank(rank int) float64 {
	constant := f.Constant
	if constant == 0 {
		constant = defaultConstant
	}
	if rank == 0 {
		return 0
	}
	return 1 / float64(constant+rank)
}

// within brings a score to 0 to 1, as far as it lies from the least to the most.
func within(score, least, most float64) float64 {
	if most <= least {
		return 0
	}
	return min(1, max(0, (score-least)/(most-least)))
}
