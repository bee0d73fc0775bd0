package minilm

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// A fault of the program while batches are computed, each in a goroutine of its own, is the
// caller's error and ends nobody else.
func TestAPanicIsAnError(t *testing.T) {
	m, err := Load(simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	words := m.weights.WordEmbeddings
	m.weights.WordEmbeddings = nil
	texts := slices.Repeat([]string{"a text of some words"}, 20*MaxTokens)
	if _, err := m.Embed(t.Context(), texts); err == nil {
		t.Error("no error")
	}
	m.weights.WordEmbeddings = words
	if _, err := m.Embed(t.Context(), texts[:MaxTokens]); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
