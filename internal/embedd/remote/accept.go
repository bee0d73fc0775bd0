package remote

import (
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
)

// accept takes over what came for texts, if it is what it has to be, but for its dimension.
func (m *Model) accept(a answer, texts []string, made []embedded.Embedding) error {
	if len(a.vectors) != len(texts) {
		return m.config.bad("%d vectors came for %d texts", len(a.vectors), len(texts))
	}
	bytes := 0
	for i, v := range a.vectors {
		if !normalise(v) {
			return m.config.bad("a vector came that is zero, or has numbers that are not finite")
		}
		made[i].Vector = v
		made[i].Truncated = made[i].Truncated || a.truncated != nil && a.truncated[i]
		bytes += len(texts[i])
	}
	if a.tokens < 0 || a.tokens > math.MaxInt32 { // some say -1 where they do not know
		a.tokens = 0
	}
	told := 0
	for i, text := range texts { // each its part, so that together they are what was told
		bytes -= len(text)
		rest := 0
		if i < len(texts)-1 {
			rest = int(int64(a.tokens-told) * int64(bytes) / int64(max(bytes+len(text), 1)))
		}
		made[i].Tokens = a.tokens - told - rest
		told += made[i].Tokens
	}
	return nil
}

// hold refuses vectors of another dimension than those of their revision have; where that is
// not known yet it is learnt from them.
func (m *Model) hold(revision string, made []embedded.Embedding) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dimension := m.dimension
	if m.config.Dimension == 0 && m.of != revision {
		dimension = len(made[0].Vector)
	}
	for _, e := range made {
		if len(e.Vector) != dimension {
			return &failure{Problem: m.config.bad("a vector of %d numbers came, and the model's have %d; %s [embedd.models.%s]", len(e.Vector), dimension, m.config.unexpected(), m.name)}
		}
	}
	m.dimension, m.of = dimension, revision
	return nil
}

// normalise brings a vector to length 1, if that is possible.
func normalise(v []float32) bool {
	sum := 0.0
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	length := math.Sqrt(sum)
	if length == 0 || math.IsNaN(length) || math.IsInf(length, 0) {
		return false
	}
	for i, f := range v {
		v[i] = float32(float64(f) / length)
	}
	return true
}
