package minilm

import (
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// linear and layer are the weights as kernels take them.
type linear struct {
	factors []float32
	weights simd.WeightsI8
}

type layer struct {
	project, gather, widen, narrow linear
	attended, done                 weights.Norm
}

func layerOf(l *weights.Layer) layer {
	of := func(l weights.Linear) linear { return linear{l.Factors, l.Kernel()} }
	return layer{
		project: of(l.Project), gather: of(l.Gather), widen: of(l.Widen), narrow: of(l.Narrow),
		attended: l.Attended, done: l.Done,
	}
}

// forward writes the vectors of a batch's texts, whose rows stand end to end.
func (m *Model) forward(s *scratch, batch []int, ids []int32, ends []int, vectors []float32) {
	s.texts = s.texts[:0]
	rows := 0
	for _, text := range batch {
		own := ids[start(ends, text):ends[text]]
		m.look(s, rows, own)
		s.texts = append(s.texts, len(own))
		rows += len(own)
	}
	for i := range m.layers {
		l := &m.layers[i]
		blocks(rows, func(at, n int) {
			m.times(s, l.project, part(s.x, at, n, 0, width), part(s.mixed, at, n, 0, 3*width))
		})
		at := 0
		for _, n := range s.texts {
			m.attend(s, at, n)
			at += n
		}
		blocks(rows, func(at, n int) { m.transform(s, l, at, n) })
	}
	rows = 0
	for i, text := range batch {
		pool(part(s.x, rows, s.texts[i], 0, width), vectors[text*Dimension:][:Dimension])
		rows += s.texts[i]
	}
}

// look makes rows of tokens: their words' vectors and their positions', normalised.
func (m *Model) look(s *scratch, at int, ids []int32) {
	w := &m.weights
	for i, id := range ids {
		row, scale := s.x.Row(at+i), w.WordScales[id]
		for c, v := range w.Words[int(id)*width:][:width] {
			row[c] = float32(v) * scale
		}
		m.kernels.AddNorm(row, w.Positions[i*width:][:width], w.Norm.Gamma, w.Norm.Beta)
	}
}

// attend mixes the values of a text's rows, head by head.
func (m *Model) attend(s *scratch, at, n int) {
	stride := (n + 15) / 16 * 16 // as Exp takes rows
	keys := simd.MatrixOf(s.keys[:head*n], head, n)
	scores := simd.Matrix[float32]{Data: s.scores, Rows: n, Cols: n, Stride: stride}
	for col := 0; col < width; col += head {
		queries := part(s.mixed, at, n, col, head)
		simd.Transpose(part(s.mixed, at, n, width+col, head), keys)
		m.kernels.MatMul(queries, keys, scores)
		var sums [MaxTokens]float32
		for r := range n {
			row := s.scores[r*stride:][:stride]
			for c := n; c < stride; c++ {
				row[c] = float32(math.Inf(-1))
			}
			sums[r] = m.kernels.Exp(row)
		}
		m.kernels.MatMul(scores, part(s.mixed, at, n, 2*width+col, head), queries)
		for r, sum := range sums[:n] {
			row, share := queries.Row(r), 1/sum
			for c := range row {
				row[c] *= share
			}
		}
	}
}

// transform is what a layer does to a block of rows after attention.
func (m *Model) transform(s *scratch, l *layer, at, n int) {
	x, out := part(s.x, at, n, 0, width), simd.MatrixOf(s.out, n, width)
	m.times(s, l.gather, part(s.mixed, at, n, 0, width), out)
	m.addNorm(x, out, l.attended)
	between := simd.MatrixOf(s.wide, n, wide)
	m.times(s, l.widen, x, between)
	m.kernels.GELU(between.Data[:n*wide])
	m.times(s, l.narrow, between, out)
	m.addNorm(x, out, l.done)
}

// times multiplies a block of rows by weights.
func (m *Model) times(s *scratch, l linear, x, out simd.Matrix[float32]) {
	bytes := simd.MatrixOf(s.bytes, x.Rows, x.Cols)
	for r := range x.Rows {
		s.quants[r] = m.kernels.Quantise(x.Row(r), l.factors, bytes.Row(r))
	}
	m.kernels.MatMulI8(bytes, s.quants[:x.Rows], l.weights, out)
}

func (m *Model) addNorm(x, more simd.Matrix[float32], n weights.Norm) {
	for r := range x.Rows {
		m.kernels.AddNorm(x.Row(r), more.Row(r), n.Gamma, n.Beta)
	}
}

// blocks divides rows.
func blocks(rows int, each func(at, n int)) {
	for at := 0; at < rows; at += block {
		each(at, min(block, rows-at))
	}
}

// pool writes the mean of a text's rows, of length 1.
func pool(rows simd.Matrix[float32], vector []float32) {
	for r := range rows.Rows {
		for c, v := range rows.Row(r) {
			vector[c] += v
		}
	}
	squares := 0.0
	for _, v := range vector {
		squares += float64(v) * float64(v)
	}
	factor := 1 / math.Sqrt(squares)
	for c, v := range vector {
		vector[c] = float32(float64(v) * factor)
	}
}
