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
	Method FusionMethod `json:"method,omitempty"` // default convex
	// Alpha is the vector's part of a convex combination, 0 to 1; default 0.5.
	Alpha *float64 `json:"alpha,omitempty"`
	// Constant is RRF's; default 60.
	Constant int `json:"constant,omitempty"`
	// Depth is how many items of each side are looked at; default 100, or twice k.
	Depth int `json:"depth,omitempty"`
}

// FusionMethod names a method.
type FusionMethod string

// The methods.
const (
	Convex FusionMethod = "convex" // alpha * vector + (1 - alpha) * lexical, both normalised (Bruch, Gai and Ingber 2023)
	RRF    FusionMethod = "rrf"    // reciprocal ranks (Cormack, Clarke and Büttcher 2009)
)

// Search asks for the items nearest to one vector, to each of many, to other items
// (Positive and Negative), or for those that words fit.
type Search struct {
	Vector   Vector   `json:"vector,omitempty"`
	Vectors  []Vector `json:"vectors,omitempty"`
	Positive []string `json:"positive,omitempty"` // ids of items that it should be like
	Negative []string `json:"negative,omitempty"` // ids of items that it should be unlike
	Text     string   `json:"text,omitempty"`
	Mode     Mode     `json:"mode,omitempty"`
	Fusion   *Fusion  `json:"fusion,omitempty"`

	K        *int     `json:"k,omitempty"`         // 1 to [MaxK]; default 10
	Ef       *int     `json:"ef,omitempty"`        // candidates that are kept on the way, 1 to [MaxEf]; default 100; for a large k as many as that takes
	Filter   Filter   `json:"filter,omitempty"`    // which items may be found
	Exact    bool     `json:"exact,omitempty"`     // every item that matches is looked at
	MinScore *float64 `json:"min_score,omitempty"` // no result has less

	WithMetadata *bool `json:"with_metadata,omitempty"` // default true
	WithVector   bool  `json:"with_vector,omitempty"`
}

// Part is what one side of a hybrid search says of a result. Rank is from 1, and 0 where
// that side did not find it by itself.
type Part struct {
	Score float32 `json:"score"`
	Rank  int     `json:"rank,omitempty"`
}

// Parts are both sides.
type Parts struct {
	Vector  Part `json:"vector"`
	Lexical Part `json:"lexical"`
}

// Result is an item that was found. Distance is missing where no vector was searched for.
type Result struct {
	ID       string          `json:"id"`
	Score    float32         `json:"score"`
	Distance *float32        `json:"distance,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
	Vector   Vector          `json:"vector,omitempty"`
	Parts    *Parts          `json:"parts,omitempty"`
}

// Results answers one question.
type Results struct {
	Results []Result `json:"results"`
}

// Found answers a search.
type Found struct {
	Results []Result `json:"results"`
	Exact   bool     `json:"exact"` // every item that matches was looked at
}

// FoundMany answers a search by many vectors, in their order.
type FoundMany struct {
	Batches []Results `json:"batches"`
	Exact   bool      `json:"exact"`
}

// Answer is either of these, as the specification tells it: Results of one question, or
// Batches of many.
type Answer struct {
	Results []Result  `json:"results,omitempty"`
	Batches []Results `json:"batches,omitempty"`
	Exact   bool      `json:"exact"`
}
