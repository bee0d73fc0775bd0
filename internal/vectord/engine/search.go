package engine

import (
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
)

// Search gives the items that fit a query best, the best first, as they were when it
// began, but for metadata that is changed in its place. Its error is a [QueryError], an
// [UnknownItemError], a [hnsw.VectorError], or one of a filter:
// [metadata.UnknownFieldError] or [metadata.FilterError].
func (x *Index) Search(q Query) (hits []Hit, err error) {
	if err := x.CheckQuery(q); err != nil {
		return nil, err
	}
	x.graph.View(func() { hits, err = x.search(&q) })
	return hits, err
}

// seeker answers one query, as of one moment.
type seeker struct {
	x       *Index
	q       *Query
	since   uint64
	vector  []float32
	allowed []uint64        // nil: every slot
	asked   *lexical.Asked  // nil where no words are searched for
	skip    map[string]bool // ids that are no answer
	room    *room
}

// room is memory that searches use one after the other.
type room struct {
	allowed []uint64
	leading []uint64
	list    []candidate
}

// candidate is an item that may be a hit.
type candidate struct {
	slot     uint32
	id       string
	distance float32 // as the graph gives it
	score    float64 // what candidates are ordered by in the end
	near     Part
	words    Part
}

func (x *Index) search(q *Query) ([]Hit, error) {
	s := seeker{x: x, q: q, vector: q.Vector, room: x.rooms.Get().(*room)}
	defer s.leave()
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s.answer(), nil
}

// begin takes the moment that the search is of.
func (s *seeker) begin() (err error) {
	s.since = s.x.names.now()
	if len(s.q.Positive) > 0 {
		if s.vector, s.skip, err = s.x.example(s.q.Positive, s.q.Negative); err != nil {
			return err
		}
	}
	return s.take()
}

func (s *seeker) answer() []Hit {
	switch {
	case !s.q.words():
		return s.hits(s.nearest(s.q.K))
	case !s.q.vectors():
		return s.hits(s.fitting(s.q.K))
	}
	return s.hits(s.joined())
}

// leave gives back what was used.
func (s *seeker) leave() {
	if s.asked != nil {
		s.asked.Close()
	}
	clear(s.room.list)
	s.room.list = s.room.list[:0]
	if cap(s.room.list) > keptCandidates {
		s.room.list = nil
	}
	s.x.rooms.Put(s.room)
}

// keptCandidates are as many as a room keeps place for: only searches for the most that may
// be asked for, or for all, have more.
const keptCandidates = 4096

// take takes the moment of what is searched: which slots match, and what texts there
// are. Metadata that is changed in its place is in both as it was before, or after.
func (s *seeker) take() (err error) {
	var match func() ([]uint64, error)
	if s.q.words() && s.q.Filter != nil {
		s.x.edits.RLock()
	}
	if s.q.Filter != nil {
		match = s.x.meta.Begin(*s.q.Filter, s.room.allowed)
	}
	if s.q.words() {
		s.asked = s.x.words.Ask(s.q.Text)
	}
	if s.q.words() && s.q.Filter != nil {
		s.x.edits.RUnlock()
	}
	if match == nil {
		return nil
	}
	if s.allowed, err = match(); err != nil {
		return err
	}
	if s.allowed == nil {
		s.allowed = []uint64{}
	}
	s.room.allowed = s.allowed
	return nil
}

// nearest gives the n items nearest to the vector, or all that match.
func (s *seeker) nearest(n int) []candidate {
	search := hnsw.Search{Vector: s.vector, Ef: s.q.Ef, Exact: s.q.Exact, Allowed: s.allowed}
	items := s.atLeast(n, func(k int) {
		search.K = k
		for _, f := range s.x.graph.Search(search) {
			s.room.list = append(s.room.list, candidate{slot: f.Slot, distance: f.Distance})
		}
	})
	for i := range items {
		c := &items[i]
		c.near = Part{s.x.nearness(c.distance), i + 1}
		c.score = float64(c.near.Score)
	}
	return items
}

// fitting gives the n items that fit the words best, or all that have one of them.
func (s *seeker) fitting(n int) []candidate {
	items := s.atLeast(n, func(k int) {
		for _, f := range s.asked.Search(k, s.allowed) {
			s.room.list = append(s.room.list, candidate{slot: f.Slot, score: f.Score})
		}
	})
	for i := range items {
		items[i].words = Part{float32(items[i].score), i + 1}
	}
	return items
}

// atLeast searches until n items have been found, or there are no more: slots that
// nobody's id leads to, and ids that are left out, are none. A search adds what it finds
// to the list of the room, and the items stay there.
func (s *seeker) atLeast(n int, search func(k int)) []candidate {
	before := len(s.room.list)
	for k := n + len(s.skip); ; k *= 2 {
		s.room.list = s.room.list[:before]
		search(k)
		found := s.room.list[before:]
		items := s.items(found, n)
		if len(items) == n || len(found) < k {
			s.room.list = s.room.list[:before+len(items)]
			return items
		}
	}
}

// items keeps the first n of a list that are items, each once, and says which.
func (s *seeker) items(list []candidate, n int) []candidate {
	names := &s.x.names
	names.mu.RLock()
	defer names.mu.RUnlock()
	var seen map[uint32]bool // nil where nothing comes twice
	if names.moving() {
		seen = map[uint32]bool{}
	}
	items := list[:0]
	for _, c := range list {
		var ok bool
		c.id, c.slot, ok = names.id(c.slot, s.since)
		if !ok || s.skip[c.id] || seen[c.slot] {
			continue
		}
		if seen != nil {
			seen[c.slot] = true
		}
		if items = append(items, c); len(items) == n {
			break
		}
	}
	return items
}

// nearness is the score of a distance that the graph gave.
func (x *Index) nearness(distance float32) float32 {
	switch x.config.Metric {
	case hnsw.Cosine:
		return 1 - distance
	case hnsw.L2:
		return 1 / (1 + sqrt(distance))
	}
	return 0 - distance // and never -0
}

// hits makes hits of candidates that are in order.
func (s *seeker) hits(list []candidate) []Hit {
	hits := make([]Hit, 0, len(list))
	for i := range list {
		c := &list[i]
		h := Hit{ID: c.id, Score: float32(c.score), ByVector: c.near, ByWords: c.words}
		if s.q.Least != nil && h.Score < *s.q.Least {
			break
		}
		if s.q.vectors() {
			h.Distance = c.distance
			if s.x.config.Metric == hnsw.L2 {
				h.Distance = sqrt(c.distance)
			}
		}
		if s.q.WithMetadata {
			h.Metadata = s.x.meta.Get(c.slot)
		}
		if s.q.WithVector {
			h.Vector = s.x.graph.Vector(c.slot)
		}
		hits = append(hits, h)
	}
	return hits
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
