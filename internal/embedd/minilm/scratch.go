package minilm

import (
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

const (
	width = weights.HiddenSize
	wide  = weights.IntermediateSize
	head  = width / weights.Heads

	// block is how many rows go through a feed-forward network together: what is between its
	// two products stays in the second cache.
	block = 48
)

// scratch is what a batch of up to MaxTokens rows is computed in.
type scratch struct {
	texts  []int                   // how many rows each text has
	x      simd.Matrix[float32]    // the rows
	heads  [3]simd.Matrix[float32] // their queries, keys and values, of one head
	keys   []float32               // of one text, a column for each row
	scores []float32               // of the same
	mixed  simd.Matrix[float32]    // what all heads make of the values

	bytes  []uint8 // of all rows, or of a block of wide ones
	quants [MaxTokens]simd.Quant
	wide   []float32 // of a block, as out
	out    []float32
}

func newScratch() *scratch {
	floats := func(cols int) simd.Matrix[float32] {
		return simd.MatrixOf(make([]float32, MaxTokens*cols), MaxTokens, cols)
	}
	return &scratch{
		x:      floats(width),
		heads:  [3]simd.Matrix[float32]{floats(head), floats(head), floats(head)},
		keys:   make([]float32, head*MaxTokens),
		scores: make([]float32, MaxTokens*MaxTokens),
		mixed:  floats(width),
		bytes:  make([]uint8, max(MaxTokens*width, block*wide)),
		wide:   make([]float32, block*wide),
		out:    make([]float32, block*width),
	}
}

// part gives rows of a matrix, of columns from one on.
func part(m simd.Matrix[float32], row, rows, col, cols int) simd.Matrix[float32] {
	return simd.Matrix[float32]{Data: m.Data[row*m.Stride+col:], Rows: rows, Cols: cols, Stride: m.Stride}
}
