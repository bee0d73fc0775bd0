package remote

import (
	"math"
)

// accept takes over what came for texts, if it is what it has to be.
func (m *Model) accept(a answer, revision string, texts []string, made []Embedded) error {
	bad := func(format string, args ...any) error { return (&caller{config: m.config}).bad(format, args...) }
	if len(a.vectors) != len(texts) {
		return bad("%d vectors came for %d texts", len(a.vectors), len(texts))
	}
	dimension := m.dimensionOf(revision, len(a.vectors[0]))
	bytes := 0
	for i, v := range a.vectors {
		if len(v) != dimension {
			return bad("a vector of %d numbers came, and the model's have %d; if that is another model, restart embedd, or set dimension in [embedd.models.%s]", len(v), dimension, m.name)
		}
		if !normalise(v) {
			return bad("a vector came that is zero, or has numbers that are not finite")
		}
		made[i].Vector = v
		made[i].Truncated = made[i].Truncated || a.truncated != nil && a.truncated[i]
		bytes += len(texts[i])
	}
	m.hold(revision, dimension)
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

// dimensionOf gives the dimension that a revision's vectors have to have; any, where none is
// known.
func (m *Model) dimensionOf(revision string, met int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.config.Dimension == 0 && (m.dimension == 0 || m.of != revision) {
		return met
	}
	return m.dimension
}

func (m *Model) hold(revision string, dimension int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dimension, m.of = dimension, revision
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
