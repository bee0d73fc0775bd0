package main

import (
	"fmt"
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

const (
	width = weights.HiddenSize
	head  = width / weights.Heads
)

// product names a product with weights: its layer and which of the four it is.
type product struct {
	layer int
	kind  string
}

// dense is a product with weights of float32, k x n.
type dense struct {
	k, n          int
	weights, bias []float32
}

// reference is the model in float32. Each product shows seen what goes into it.
type reference struct {
	kernels  simd.Kernels
	t        tensors
	products map[product]dense
	seen     func(product, simd.Matrix[float32])
}

func newReference(kernels simd.Kernels, t tensors) *reference {
	r := &reference{kernels: kernels, t: t, products: map[product]dense{}, seen: func(product, simd.Matrix[float32]) {}}
	for layer := range weights.Layers {
		self := prefix(layer) + "attention.self."
		var qkv dense
		for _, name := range []string{"query", "key", "value"} {
			qkv.weights = append(qkv.weights, t[self+name+".weight"]...)
			qkv.bias = append(qkv.bias, t[self+name+".bias"]...)
		}
		for i := range width { // so that scores need not be divided by the root of a head's width
			root := float32(math.Sqrt(head))
			qkv.bias[i] /= root
			for j := range width {
				qkv.weights[i*width+j] /= root
			}
		}
		r.products[product{layer, "qkv"}] = newDense(qkv.weights, qkv.bias, width)
		for kind, name := range map[string]string{"attention_output": "attention.output", "intermediate": "intermediate", "output_dense": "output"} {
			name = prefix(layer) + name + ".dense"
			bias := t[name+".bias"]
			r.products[product{layer, kind}] = newDense(t[name+".weight"], bias, len(t[name+".weight"])/len(bias))
		}
	}
	return r
}

func newDense(weights, bias []float32, k int) dense {
	return dense{k: k, n: len(bias), weights: transposed(weights, k, len(bias)), bias: bias}
}

func prefix(layer int) string { return fmt.Sprintf("encoder.layer.%d.", layer) }

// embed gives the vector of a text's tokens.
func (r *reference) embed(ids []int32) []float32 {
	x := simd.MatrixOf(make([]float32, len(ids)*width), len(ids), width)
	words, positions, kinds := r.t["embeddings.word_embeddings.weight"], r.t["embeddings.position_embeddings.weight"], r.t["embeddings.token_type_embeddings.weight"]
	for i, id := range ids {
		for c, row := 0, x.Row(i); c < width; c++ {
			row[c] = words[int(id)*width+c] + positions[i*width+c] + kinds[c]
		}
	}
	r.norm("embeddings.LayerNorm", x, nil)
	for layer := range weights.Layers {
		mixed := r.attend(r.linear(product{layer, "qkv"}, x))
		r.norm(prefix(layer)+"attention.output.LayerNorm", x, r.linear(product{layer, "attention_output"}, mixed).Data)
		wide := r.linear(product{layer, "intermediate"}, x)
		for i, v := range wide.Data {
			wide.Data[i] = float32(float64(v) * (0.5 + 0.5*math.Erf(float64(v)/math.Sqrt2)))
		}
		r.norm(prefix(layer)+"output.LayerNorm", x, r.linear(product{layer, "output_dense"}, wide).Data)
	}
	return pooled(x)
}

func (r *reference) linear(p product, x simd.Matrix[float32]) simd.Matrix[float32] {
	r.seen(p, x)
	d := r.products[p]
	out := simd.MatrixOf(make([]float32, x.Rows*d.n), x.Rows, d.n)
	r.kernels.MatMul(x, simd.MatrixOf(d.weights, d.k, d.n), out)
	for i := range out.Data {
		out.Data[i] += d.bias[i%d.n]
	}
	return out
}

// attend mixes the values of queries, keys and values that stand side by side.
func (r *reference) attend(x simd.Matrix[float32]) simd.Matrix[float32] {
	n := x.Rows
	out := simd.MatrixOf(make([]float32, n*width), n, width)
	keys, scores := simd.MatrixOf(make([]float32, head*n), head, n), simd.MatrixOf(make([]float32, n*n), n, n)
	for at := 0; at < width; at += head {
		part := func(from int) simd.Matrix[float32] {
			return simd.Matrix[float32]{Data: x.Data[from+at:], Rows: n, Cols: head, Stride: x.Stride}
		}
		simd.Transpose(part(width), keys)
		r.kernels.MatMul(part(0), keys, scores)
		for i := range n {
			softmax(scores.Row(i))
		}
		r.kernels.MatMul(scores, part(2*width), simd.Matrix[float32]{Data: out.Data[at:], Rows: n, Cols: head, Stride: width})
	}
	return out
}

func softmax(x []float32) {
	largest, sum := math.Inf(-1), 0.0
	for _, v := range x {
		largest = max(largest, float64(v))
	}
	for _, v := range x {
		sum += math.Exp(float64(v) - largest)
	}
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v)-largest) / sum)
	}
}

// norm adds more to x, unless it is nil, and normalises the rows.
func (r *reference) norm(name string, x simd.Matrix[float32], more []float32) {
	gamma, beta := r.t[name+".weight"], r.t[name+".bias"]
	for i := range more {
		x.Data[i] += more[i]
	}
	for i := range x.Rows {
		row, mean, squares := x.Row(i), 0.0, 0.0
		for _, v := range row {
			mean += float64(v) / width
		}
		for _, v := range row {
			squares += (float64(v) - mean) * (float64(v) - mean)
		}
		factor := 1 / math.Sqrt(squares/width+1e-12)
		for c, v := range row {
			row[c] = float32((float64(v)-mean)*factor)*gamma[c] + beta[c]
		}
	}
}

// pooled is the mean of the rows, of length 1.
func pooled(x simd.Matrix[float32]) []float32 {
	out, squares := make([]float32, width), 0.0
	for i := range x.Rows {
		for c, v := range x.Row(i) {
			out[c] += v
		}
	}
	for _, v := range out {
		squares += float64(v) * float64(v)
	}
	for c := range out {
		out[c] = float32(float64(out[c]) / math.Sqrt(squares))
	}
	return out
}
