package minilm

import (
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

const (
	width = weights.Width
	wide  = weights.Wide
	head  = width / weights.Heads

	// block is how many rows go through a feed-forward network together: what is between its
	// two products stays in the second cache.
	block = 48
)

// scratch is what a batch of up to MaxTokens rows is computed in.
type scratch struct {
	texts  []int                // how many rows each text has
	x      simd.Matrix[float32] // the rows
	mixed  simd.Matrix[float32] // queries, keys and values; what is mixed of these replaces the queries
	keys   []float32            // of one head of a text, a column for each row
	scores []float32            // of the same

	// For a block of rows:
	bytes  []uint8
	quants [block]simd.Quant
	wide   []float32
	out    []float32
}

func newScratch() *scratch {
	floats := func(cols int) simd.Matrix[float32] {
		return simd.MatrixOf(make([]float32, MaxTokens*cols), MaxTokens, cols)
	}
	return &scratch{
		x:      floats(width),
		mixed:  floats(3 * width),
		keys:   make([]float32, head*MaxTokens),
		scores: make([]float32, MaxTokens*MaxTokens),
		bytes:  make([]uint8, block*wide),
		wide:   make([]float32, block*wide),
		out:    make([]float32, block*width),
	}
}

// part gives rows of a matrix, of columns from one on.
func part(m simd.Matrix[float32], row, rows, col, cols int) simd.Matrix[float32] {
	return simd.Matrix[float32]{Data: m.Data[row*m.Stride+col:], Rows: rows, Cols: cols, Stride: m.Stride}
}
