// Package embedded says what becomes of a text, in words that all models have in common: the
// one that is built in and those of providers. A vector belongs to its text alone, shares no
// memory with others, and is not changed once it was given. How it is made, and kept, is the
// affair of others.
package embedded

// Embedding is the vector of a text, and what was read of that.
type Embedding struct {
	Vector    []float32 // of length 1
	Truncated bool      // whether the end of the text was left out
	Tokens    int       // that were read; of many texts about its part of what was told of all; 0: not told
}
