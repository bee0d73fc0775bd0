package vector

import "encoding/json"

// Mode is what a search goes by.
type Mode string

// The modes. Without one it follows from what is given.
const (
	ByVector Mode = "vector"
	ByWords  Mode = "lexical"
	Hybrid   Mode = "hybrid" // both, joined
)

// Fusion is how the two sides of a hybrid search are joined.
type Fusion struct {
	// convex: alpha * vector + (1 - alpha) * words, both brought to at most 1, which for words is a text that has them all; rrf: by
	// reciprocal ranks
	Method FusionMethod `json:"method,omitempty" enum:"convex,rrf" default:"convex"`
	// the vector's part of a convex combination: 1 goes by the vector alone
	Alpha *float64 `json:"alpha,omitempty" minimum:"0" maximum:"1" default:"0.7"`
	// of rrf: a rank r counts 1 / (constant + r)
	Constant int `json:"constant,omitempty" default:"60"`
	// how many items of each side are looked at; default 100, or twice k where that is more, or with exact all, up to 100000
	Depth int `json:"depth,omitempty" example:"200"`
}

// FusionMethod names a method.
type FusionMethod string

// The methods.
const (
	Convex FusionMethod = "convex" // alpha * vector + (1 - alpha) * lexical, both normalised (Bruch, Gai and Ingber 2023)
	RRF    FusionMethod = "rrf"    // reciprocal ranks (Cormack, Clarke and Büttcher 2009)
)

// Search asks for the items nearest to one vector, to each of many, or to other items
// (positive, negative), for those that words fit (text), or for both joined. Of vector,
// vectors and positive it has one at most; without any of them the vector is made of the text,
// where the mode goes by one and the index has a model.
type Search struct {
	Vector   Vector   `json:"vector,omitempty" example:"[0.9,0.1,0.2]"`                     // of the index's dimension, all numbers finite
	Vectors  []Vector `json:"vectors,omitempty" minItems:"1"`                               // at most 10,000, each a search of its own; the answer has batches
	Positive []string `json:"positive,omitempty" example:"[\"A-0107\"]"`                    // ids of items that the results should be like; these are not among the results
	Negative []string `json:"negative,omitempty"`                                           // ids of items that the results should be unlike; goes with positive
	Text     string   `json:"text,omitempty" maxLength:"65536" example:"forklift operator"` // what is searched for, in up to 65,536 bytes: its words in the index's text_fields, its meaning by the index's model
	Mode     Mode     `json:"mode,omitempty" enum:"vector,lexical,hybrid"`                  // what it goes by; unless given, what there is: a vector, a text, or both (hybrid). A text alone is, in an index with a model, both, or its vector where there are no text_fields; else its words
	Fusion   *Fusion  `json:"fusion,omitempty"`                                             // of a hybrid search

	K        *int     `json:"k,omitempty" minimum:"1" maximum:"10000" default:"10"`                // how many results
	Ef       *int     `json:"ef,omitempty" minimum:"1" maximum:"10000" default:"100"`              // candidates that are kept on the way, and as many as a large k takes: more find better, and take longer
	Filter   Filter   `json:"filter,omitempty" example:"{\"state\":\"TX\",\"years\":{\"gte\":3}}"` // which items may be found; default all. All in one object has to hold: {"field": value}, {"field": {"in": [...], "gt": ..., "gte": ..., "lt": ..., "lte": ..., "exists": true}}, {"and": [...]}, {"or": [...]}, {"not": {...}}; a field in an object is address.city
	Exact    bool     `json:"exact,omitempty" default:"false"`                                     // every item that matches is looked at
	MinScore *float64 `json:"min_score,omitempty" example:"0.5"`                                   // no result has less

	WithMetadata *bool `json:"with_metadata,omitempty" default:"true"` // results have their metadata
	WithVector   bool  `json:"with_vector,omitempty" default:"false"`  // results have their vectors
}

// Part is what one side of a hybrid search says of a result.
type Part struct {
	Score float32 `json:"score"`          // of this side, before both are joined
	Rank  int     `json:"rank,omitempty"` // from 1; missing where this side did not find it by itself
}

// Parts are both sides.
type Parts struct {
	Vector  Part `json:"vector"`  // by nearness
	Lexical Part `json:"lexical"` // by words
}

// Result is an item that was found.
type Result struct {
	ID       string          `json:"id" example:"A-0107"`                                                                                // of the item
	Score    float32         `json:"score"`                                                                                              // the higher the nearer: the cosine, the product, or for l2 1 / (1 + distance); of words BM25's
	Distance *float32        `json:"distance,omitempty"`                                                                                 // the lower the nearer: 1 - cosine, the negated product, or the Euclidean distance; missing where no vector was searched for
	Metadata json.RawMessage `json:"metadata,omitempty" example:"{\"state\":\"TX\",\"text\":\"forklift operator, welder\",\"years\":9}"` // the item's, unless with_metadata is false
	Vector   Vector          `json:"vector,omitempty"`                                                                                   // the item's as it is kept, where with_vector is given
	Parts    *Parts          `json:"parts,omitempty"`                                                                                    // of a hybrid search
}

// Results answers one question.
type Results struct {
	Results []Result `json:"results"` // the best first
}

// Found answers a search.
type Found struct {
	Results []Result `json:"results"`
	Exact   bool     `json:"exact"` // as it was asked for: that every item that matches was looked at is promised
	// of a search by a text: its vector is of the beginning, which is all that the model reads
	Truncated bool `json:"truncated,omitempty"`
	// of a search by a text that did not say its mode: the one that it had
	Mode Mode `json:"mode,omitempty"`
}

// FoundMany answers a search by many vectors, in their order.
type FoundMany struct {
	Batches []Results `json:"batches"`
	Exact   bool      `json:"exact"`
}

// Answer is either of these, as the specification tells it: results of one question, or
// batches of many.
type Answer struct {
	Results []Result  `json:"results,omitempty"` // of one question, the best first
	Batches []Results `json:"batches,omitempty"` // of a search by vectors, in their order
	Exact   bool      `json:"exact"`             // as it was asked for: that every item that matches was looked at is promised
	// of a search by a text: its vector is of the beginning, which is all that the model reads
	Truncated bool `json:"truncated,omitempty"`
	// of a search by a text that did not say its mode: the one that it had
	Mode Mode `json:"mode,omitempty" enum:"vector,lexical,hybrid"`
}
