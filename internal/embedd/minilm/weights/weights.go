// Package weights is the file that the weights of all-MiniLM-L6-v2 are in: what its parts
// are, their order, and how they are read and written. The file holds each part as the
// kernels of package simd take it, so that reading makes slices into it and copies nothing.
//
// After a header come the parts in the order of parts, each at a multiple of 64 bytes of
// the file (where the binary maps it is the linker's affair), numbers in little-endian order.
package weights

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// The shape of the model.
const (
	VocabularySize   = 30522 // words that have a vector
	HiddenSize       = 384   // of a token's vector
	IntermediateSize = 1536  // inside of a feed-forward network
	MaxTokens        = 256   // that a text may have
	Layers           = 6
	Heads            = 12

	align = 64
	magic = "minilm\x00\x01"
)

// Weights are the whole model. Word embeddings are int8 with a scale for each row; a
// token's first vector is its word's and its position's.
type Weights struct {
	Source             [32]byte // the SHA-256 of the float32 weights that these were made of
	WordEmbeddings     []int8
	WordScales         []float32
	PositionEmbeddings []float32
	Norm               Norm
	Layers             [Layers]Layer
}

// Norm are the weights of a normalisation.
type Norm struct{ Gamma, Beta []float32 }

// Layer are the weights of a layer, in the order in which it takes them: QKV gives
// queries, keys and values side by side, the queries divided by the root of a head's width
// already. AttentionOutput makes one vector of what the heads give, and Intermediate and
// Output are the feed-forward network.
type Layer struct {
	QKV, AttentionOutput Linear
	AttentionNorm        Norm
	Intermediate, Output Linear
	OutputNorm           Norm
}

// Linear is a product with weights: what goes in is multiplied by Factors column by column
// and quantised before. The others are those of [simd.NewWeightsI8].
type Linear struct {
	Factors        []float32
	Panels         []int8
	Sums           []int32
	Scales, Biases []float32
}

// Kernel gives the weights as a kernel takes them.
func (l Linear) Kernel() simd.WeightsI8 {
	return simd.NewWeightsI8(len(l.Factors), len(l.Sums), l.Panels, l.Sums, l.Scales, l.Biases)
}

// Read finds the weights in a file. They are slices into it, so that nobody may write them.
func Read(file string) (Weights, error) {
	var w Weights
	at := align
	if len(file) < at || file[:len(magic)] != magic {
		return w, fmt.Errorf("minilm: the weights are no file of this version: make them again with scripts/minilm/run.sh")
	}
	copy(w.Source[:], file[len(magic):])
	if native := binary.NativeEndian.Uint16([]byte{1, 0}); native != 1 {
		return w, fmt.Errorf("minilm: the weights are in little-endian order, and this processor is not")
	}
	whole := true
	w.parts(func(p part) {
		size := p.n * p.size
		if whole = whole && size <= len(file)-at; whole {
			p.read(unsafe.Pointer(unsafe.StringData(file[at:])))
			at += (size + align - 1) / align * align
		}
	})
	if !whole || at != len(file) {
		return Weights{}, fmt.Errorf("minilm: the file of weights has %d bytes, which is not what they take: make it again with scripts/minilm/run.sh", len(file))
	}
	return w, nil
}

// Bytes is the file of the weights. It panics where a part has not the model's shape.
func (w *Weights) Bytes() []byte {
	file := append([]byte(magic), w.Source[:]...)
	file = append(file, make([]byte, align-len(file))...)
	w.parts(func(p part) {
		file = p.write(file)
		if odd := len(file) % align; odd > 0 {
			file = append(file, make([]byte, align-odd)...)
		}
	})
	return file
}
