package minilm

import (
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// linear and layer are the weights as kernels take them.
type linear struct {
	factors []float32
	weights simd.WeightsI8
}

type layer struct {
	factors                               []float32                        // of what qkv multiplies
	qkv                                   [weights.Heads][3]simd.WeightsI8 // to queries, keys and values
	attentionOutput, intermediate, output linear
	attentionNorm, outputNorm             weights.Norm
}

func layerOf(l *weights.Layer) layer {
	of := func(l weights.Linear) linear { return linear{l.Factors, l.Kernel()} }
	made := layer{
		factors: l.QKV.Factors, attentionOutput: of(l.AttentionOutput), intermediate: of(l.Intermediate), output: of(l.Output),
		attentionNorm: l.AttentionNorm, outputNorm: l.OutputNorm,
	}
	qkv := l.QKV.Kernel()
	for h := range made.qkv {
		for i := range made.qkv[h] {
			made.qkv[h][i] = qkv.Columns(i*width+h*head, head)
		}
	}
	return made
}

// forward writes the vectors of a batch's texts, whose rows stand end to end.
func (m *Model) forward(s *scratch, batch []int, ids []int32, ends []int, made []embedded.Embedding) {
	s.texts = s.texts[:0]
	rows := 0
	for _, text := range batch {
		own := ids[start(ends, text):ends[text]]
		m.embedTokens(s, rows, own)
		s.texts = append(s.texts, len(own))
		rows += len(own)
	}
	for i := range m.layers {
		l := &m.layers[i]
		bytes := m.quantise(s, l.factors, part(s.x, 0, rows, 0, width))
		for h, qkv := range l.qkv {
			for i, w := range qkv {
				m.kernels.MatMulI8(bytes, s.quants[:rows], w, part(s.heads[i], 0, rows, 0, head))
			}
			at := 0
			for _, n := range s.texts {
				m.attend(s, h, at, n)
				at += n
			}
		}
		for at := 0; at < rows; at += block {
			m.transform(s, l, at, min(block, rows-at))
		}
	}
	rows = 0
	for i, text := range batch {
		made[text].Vector = pool(part(s.x, rows, s.texts[i], 0, width))
		rows += s.texts[i]
	}
}

// embedTokens makes rows of tokens: their words' vectors and their positions', normalised.
func (m *Model) embedTokens(s *scratch, at int, ids []int32) {
	w := &m.weights
	for i, id := range ids {
		row, scale := s.x.Row(at+i), w.WordScales[id]
		for c, v := range w.WordEmbeddings[int(id)*width:][:width] {
			row[c] = float32(v) * scale
		}
		m.kernels.AddNorm(row, w.PositionEmbeddings[i*width:][:width], w.Norm.Gamma, w.Norm.Beta)
	}
}

// attend mixes the values of a text's rows in one head.
func (m *Model) attend(s *scratch, h, at, n int) {
	stride := (n + 15) / 16 * 16 // as Exp takes rows
	keys := simd.MatrixOf(s.keys[:head*n], head, n)
	scores := simd.Matrix[float32]{Data: s.scores, Rows: n, Cols: n, Stride: stride}
	simd.Transpose(part(s.heads[1], at, n, 0, head), keys)
	m.kernels.MatMul(part(s.heads[0], at, n, 0, head), keys, scores)
	var sums [MaxTokens]float32
	for r := range n {
		row := s.scores[r*stride:][:stride]
		for c := n; c < stride; c++ {
			row[c] = float32(math.Inf(-1))
		}
		sums[r] = m.kernels.Exp(row)
	}
	mixed := part(s.mixed, at, n, h*head, head)
	m.kernels.MatMul(scores, part(s.heads[2], at, n, 0, head), mixed)
	for r, sum := range sums[:n] {
		row, share := mixed.Row(r), 1/sum
		for c := range row {
			row[c] *= share
		}
	}
}

// transform is what a layer does to a block of rows after attention.
func (m *Model) transform(s *scratch, l *layer, at, n int) {
	x, out := part(s.x, at, n, 0, width), simd.MatrixOf(s.out, n, width)
	m.multiply(s, l.attentionOutput, part(s.mixed, at, n, 0, width), out)
	m.addNorm(x, out, l.attentionNorm)
	between := simd.MatrixOf(s.wide, n, wide)
	m.multiply(s, l.intermediate, x, between)
	m.kernels.GELU(between.Data[:n*wide])
	m.multiply(s, l.output, between, out)
	m.addNorm(x, out, l.outputNorm)
}

// multiply multiplies rows by weights.
func (m *Model) multiply(s *scratch, l linear, x, out simd.Matrix[float32]) {
	m.kernels.MatMulI8(m.quantise(s, l.factors, x), s.quants[:x.Rows], l.weights, out)
}

// quantise makes bytes of rows, which s.quants tells the worth of.
func (m *Model) quantise(s *scratch, factors []float32, x simd.Matrix[float32]) simd.Matrix[uint8] {
	bytes := simd.MatrixOf(s.bytes, x.Rows, x.Cols)
	for r := range x.Rows {
		s.quants[r] = m.kernels.Quantise(x.Row(r), factors, bytes.Row(r))
	}
	return bytes
}

func (m *Model) addNorm(x, more simd.Matrix[float32], n weights.Norm) {
	for r := range x.Rows {
		m.kernels.AddNorm(x.Row(r), more.Row(r), n.Gamma, n.Beta)
	}
}

// pool gives the mean of a text's rows, of length 1.
func pool(rows simd.Matrix[float32]) []float32 {
	vector := make([]float32, Dimension)
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
	return vector
}
