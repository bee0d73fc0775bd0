package main

import (
	"math"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm/weights"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// usual is the part of a channel's values that smoothing looks at: what is larger comes in
// few tokens, which have scales of their own. share is how much of a channel's size the
// weights take over.
const (
	usual = 0.99
	share = 0.6
)

// quantised makes the model's weights of the reference's, with what the channels hold when
// it embeds the texts.
func quantised(r *reference, texts [][]int32) *weights.Weights {
	values := map[product][][]float32{} // of each channel
	r.seen = func(p product, x simd.Matrix[float32]) {
		if p.kind == "attention_output" || p.kind == "output_dense" {
			return
		}
		if values[p] == nil {
			values[p] = make([][]float32, x.Cols)
		}
		for i := range x.Rows {
			for c, v := range x.Row(i) {
				values[p][c] = append(values[p][c], float32(math.Abs(float64(v))))
			}
		}
	}
	for _, ids := range texts {
		r.embed(ids)
	}
	w := &weights.Weights{Norm: r.normOf("embeddings.LayerNorm")}
	w.WordEmbeddings, w.WordScales = quantisedRows(r.t["embeddings.word_embeddings.weight"])
	for i, v := range r.t["embeddings.position_embeddings.weight"][:weights.MaxTokens*width] {
		w.PositionEmbeddings = append(w.PositionEmbeddings, v+r.t["embeddings.token_type_embeddings.weight"][i%width])
	}
	for i := range w.Layers {
		smoothed := func(kind string) weights.Linear {
			d := r.products[product{i, kind}]
			return d.quantised(smoothing(d, values[product{i, kind}]))
		}
		plain := func(kind string) weights.Linear {
			d := r.products[product{i, kind}]
			return d.quantised(slices.Repeat([]float32{1}, d.k))
		}
		w.Layers[i] = weights.Layer{
			QKV:             smoothed("qkv"),
			AttentionOutput: plain("attention_output"),
			AttentionNorm:   r.normOf(prefix(i) + "attention.output.LayerNorm"),
			Intermediate:    smoothed("intermediate"),
			Output:          plain("output_dense"),
			OutputNorm:      r.normOf(prefix(i) + "output.LayerNorm"),
		}
	}
	return w
}

func (r *reference) normOf(name string) weights.Norm {
	return weights.Norm{Gamma: r.t[name+".weight"], Beta: r.t[name+".bias"]}
}

// smoothing gives what each channel is divided by before it is quantised, as SmoothQuant
// has it (arXiv 2211.10438), but by what is usual in the channel.
func smoothing(d dense, values [][]float32) []float32 {
	divisors, logs := make([]float64, d.k), 0.0
	for c := range divisors {
		slices.Sort(values[c])
		size, largest := float64(values[c][int(usual*float64(len(values[c])))]), 0.0
		for _, v := range d.weights[c*d.n:][:d.n] {
			largest = max(largest, math.Abs(float64(v)))
		}
		divisors[c] = math.Pow(size, share) / math.Pow(largest, 1-share)
		logs += math.Log(divisors[c]) / float64(d.k)
	}
	out := make([]float32, d.k)
	for c, v := range divisors {
		out[c] = float32(v / math.Exp(logs))
	}
	return out
}

// quantised multiplies the weights' rows by what the activations are divided by, and makes
// int8 of each column.
func (d dense) quantised(divisors []float32) weights.Linear {
	out := weights.Linear{Biases: d.bias}
	for _, v := range divisors {
		out.Factors = append(out.Factors, 1/v)
	}
	whole := make([]int8, d.k*d.n)
	for c := range d.n {
		column := make([]float32, d.k)
		for i := range column {
			column[i] = d.weights[i*d.n+c] * divisors[i]
		}
		bytes, scale := quantisedRow(column)
		for i, v := range bytes {
			whole[i*d.n+c] = v
		}
		out.Scales = append(out.Scales, scale)
	}
	out.Panels, out.Sums = simd.PackI8(whole, d.k, d.n)
	return out
}

func quantisedRows(rows []float32) (all []int8, scales []float32) {
	for row := range slices.Chunk(rows, width) {
		bytes, scale := quantisedRow(row)
		all, scales = append(all, bytes...), append(scales, scale)
	}
	return all, scales
}

// quantisedRow rounds to the steps of a scale on which the largest is 127.
func quantisedRow(row []float32) (bytes []int8, scale float32) {
	for _, v := range row {
		scale = max(scale, float32(math.Abs(float64(v)))/127)
	}
	bytes = make([]int8, len(row))
	for i, v := range row {
		if scale > 0 {
			bytes[i] = int8(math.RoundToEven(float64(v / scale)))
		}
	}
	return bytes, scale
}
