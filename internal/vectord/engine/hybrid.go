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
	defaultAlpha    = 0.5
	defaultConstant = 60
	defaultDepth    = 100
)

// joined gives the K best of what both sides found.
func (s *seeker) joined() []candidate {
	depth := s.q.Fusion.Depth
	if depth == 0 {
		depth = max(defaultDepth, 2*s.q.K)
	}
	depth = max(depth, s.q.K)
	near, fitting := s.nearest(depth), s.fitting(depth)
	best := s.bestOf(near, fitting)
	list := merged(s.room.list)
	s.complete(list, len(fitting) == depth)
	for i := range list {
		list[i].score = s.q.Fusion.score(&list[i], best)
	}
	slices.SortFunc(list, func(a, b candidate) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return strings.Compare(a.id, b.id)
	})
	items, seen := list[:0], s.seen()
	for _, c := range list {
		if len(items) < s.q.K && !seen.again(c.id) {
			items = append(items, c)
		}
	}
	return items
}

// merged puts together what both sides say of an item, in order of the slots.
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

// complete computes the scores of the side that did not find an item. Words need it only
// where the list of those that have one was cut.
func (s *seeker) complete(list []candidate, cut bool) {
	var far, others []uint32
	for i := range list {
		if list[i].near.Rank == 0 {
			far = append(far, list[i].slot)
		}
		if cut && list[i].words.Rank == 0 {
			others = append(others, list[i].slot)
		}
	}
	distances := make([]float32, len(far))
	s.x.graph.Distances(s.vector, far, distances)
	scores := s.wordsOf(others)
	for i := range list {
		c := &list[i]
		if c.near.Rank == 0 {
			c.distance, distances = distances[0], distances[1:]
			c.near.Score = s.x.nearness(c.distance)
		}
		if cut && c.words.Rank == 0 {
			c.words.Score, scores = float32(scores[0]), scores[1:]
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

// bounds of the scores of both sides: what the best has, and what is the least possible.
type bounds struct{ nearest, farthest, fittest float64 }

// bestOf gives the bounds.
func (s *seeker) bestOf(near, fitting []candidate) (b bounds) {
	if len(fitting) > 0 {
		b.fittest = float64(fitting[0].words.Score)
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
