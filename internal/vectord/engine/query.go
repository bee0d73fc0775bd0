package engine

import (
	"encoding/json"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Query is what is searched for: what is near a vector or near other items, what has
// words of a text, or both, a hybrid search.
type Query struct {
	Vector []float32 // or Positive

	// Positive and Negative are ids of items: what is like the first and unlike the
	// second is searched for, and they themselves are left out. The vector is
	// mean(Positive) + mean(Positive) - mean(Negative), or mean(Positive) alone, of the
	// vectors as they are kept, for cosine at length 1.
	Positive, Negative []string

	Text   string
	Fusion Fusion // of a hybrid search

	K int // how many, 1 to MaxK
	// Ef is how many candidates the way through the graph keeps: more find more of the
	// nearest, and take longer. 0 stands for 100. One and a half K are kept at the least,
	// and a hybrid search keeps one and a half times its depth.
	Ef     int
	Filter *metadata.Filter
	Exact  bool     // every vector that matches is looked at, instead of the graph
	Least  *float32 // no hit has a lower score

	WithMetadata bool
	WithVector   bool
}

// Bounds of a query.
const (
	MaxK        = 10_000 // hits of a search
	MaxExamples = 1_000  // ids in Positive and Negative together
)

// Fusion says how a hybrid search joins the items that are nearest with those that fit
// the words best. Its zero value is the default.
type Fusion struct {
	// Ranks joins by reciprocal ranks: an item's score is the sum, over the two lists
	// that it is in, of 1 / (Constant + rank), with ranks from 1 (Cormack, Clarke and
	// Büttcher, 2009). Without it scores are joined:
	//
	//	Alpha * vector + (1 - Alpha) * words
	//
	// where both are brought to at most 1 by (score - least) / (best - least). least is
	// what a score can be at least: -1 for cosine, 0 for l2 and for BM25, and for dot what
	// opposite vectors of the query's length and the best item's would have. This is the
	// convex combination with theoretical minimum of Bruch, Gai and Ingber, "An Analysis of
	// Fusion Functions for Hybrid Retrieval" (2023), but for what is best: of vectors the
	// best item, and of words a text of the usual length that has every word of the query
	// once, unless an item has more, so that an item with the least of its words is not
	// taken for one that fits.
	Ranks    bool
	Alpha    *float64 // 0 to 1, default 0.7
	Constant int      // default 60

	// Depth is how many items of each side are looked at: at least K are, and 0 stands
	// for 100 or twice K, and for all, up to ExactDepth, where Exact is asked for. With scores, the score that the other side gives such an item is
	// computed, so that the depth matters little.
	Depth int
}

// Hit is an item that was found.
type Hit struct {
	ID string
	// Score orders hits, the highest first: that of the only side that was searched, or
	// the joined one.
	Score    float32
	Distance float32 // of the vector: 1 - cosine, the negated product, or the Euclidean distance
	// What each side says of the item; the zero value where it was not asked.
	ByVector, ByWords Part
	Metadata          json.RawMessage
	Vector            []float32
}

// Part is what one side of a search says of a hit.
type Part struct {
	// Score is the cosine, the product or 1 / (1 + distance); of words, BM25's, and 0
	// where the item has none of them. It is right also where the rank is 0.
	Score float32
	Rank  int // among the side's own, from 1; 0 if the item was not among those looked at
}

// QueryError tells what a query may not say.
type QueryError struct{ Reason string }

func (e *QueryError) Error() string { return e.Reason }

func wrong(format string, args ...any) error { return &QueryError{fmt.Sprintf(format, args...)} }

// UnknownItemError says that there is no item of an id that a query names.
type UnknownItemError struct{ ID string }

func (e *UnknownItemError) Error() string {
	return fmt.Sprintf("there is no item %q to search by; leave it out", e.ID)
}

// vectors tells whether nearness is asked for, and words whether words are.
func (q *Query) vectors() bool { return q.Vector != nil || len(q.Positive)+len(q.Negative) > 0 }
func (q *Query) words() bool   { return q.Text != "" }

// CheckQuery tells what is wrong with a query, whatever is in the index.
func (x *Index) CheckQuery(q Query) error {
	examples := len(q.Positive) + len(q.Negative)
	switch {
	case !q.vectors() && !q.words():
		return wrong("the query has nothing to search for; give a vector, a text or ids of positive items")
	case q.words() && x.words == nil:
		return wrong("the index has no text fields, so that words cannot be searched for; make one with text_fields, or search by a vector")
	case q.Vector != nil && examples > 0:
		return wrong("the query has a vector and ids of items; give one of them")
	case len(q.Negative) > 0 && len(q.Positive) == 0:
		return wrong("the query has ids of negative items alone; give a positive one too")
	case examples > MaxExamples:
		return wrong("the query has %d ids of items; it may have %d", examples, MaxExamples)
	case q.K < 1 || q.K > MaxK:
		return wrong("k is %d; it can be 1 to %d", q.K, MaxK)
	}
	if err := q.Fusion.check(); err != nil {
		return err
	}
	if q.Vector != nil {
		return x.graph.Config().Check(q.Vector)
	}
	return nil
}

func (f *Fusion) check() error {
	switch {
	case f.Alpha != nil && !(*f.Alpha >= 0 && *f.Alpha <= 1):
		return wrong("alpha is %v; it can be 0, words alone, to 1, vectors alone", *f.Alpha)
	case f.Constant < 0:
		return wrong("the constant of ranks is %d; it can be 1 or more, and 60 is usual", f.Constant)
	case f.Depth < 0 || f.Depth > MaxK:
		return wrong("the depth is %d; it can be 1 to %d, or 0 for the default", f.Depth, MaxK)
	}
	return nil
}
