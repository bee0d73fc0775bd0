package minilm

import (
	_ "embed"
	"encoding/hex"
	"runtime"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/wordpiece"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

const (
	Dimension = weights.HiddenSize // of a vector
	MaxTokens = weights.MaxTokens  // of a text, with the one before it and the one behind it
	Marks     = 2                  // these two, which every text has
)

//go:embed asset/vocab.txt
var vocabulary string

//go:embed asset/weights.bin
var asset string

// Model embeds texts. Any number of goroutines may use one.
type Model struct {
	kernels  simd.Kernels
	tokens   *wordpiece.Tokenizer
	weights  weights.Weights
	layers   [weights.Layers]layer
	revision string
	scratch  chan *scratch // one for each that may be at work, nil until it first is
}

// Load makes a model of what is in the binary. It takes some five milliseconds.
func Load(kernels simd.Kernels) (*Model, error) {
	tokens, err := wordpiece.New(vocabulary)
	if err != nil {
		return nil, err
	}
	w, err := weights.Read(asset)
	if err != nil {
		return nil, err
	}
	m := &Model{kernels: kernels, tokens: tokens, weights: w, revision: "sha256:" + hex.EncodeToString(w.Source[:])}
	for i := range m.layers {
		m.layers[i] = layerOf(&m.weights.Layers[i])
	}
	m.scratch = make(chan *scratch, runtime.GOMAXPROCS(0))
	for range cap(m.scratch) {
		m.scratch <- nil
	}
	return m, nil
}

// Revision names the weights, by the checksum of the float32 ones that these are made of.
func (m *Model) Revision() string { return m.revision }
