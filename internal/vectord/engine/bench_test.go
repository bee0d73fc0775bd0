package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// BenchmarkSearch is what a search of each kind takes in an index of 20,000 items of 384
// dimensions with metadata and a text of 20 to 60 words, by processor time.
func BenchmarkSearch(b *testing.B) {
	const n, dimension, topics, latent = 20_000, 384, 2_000, 48
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 2, 199_999)
	text := func(least, most int) string {
		var list []string
		for range least + r.IntN(most-least+1) {
			list = append(list, fmt.Sprintf("w%d", zipf.Uint64()))
		}
		return strings.Join(list, " ")
	}
	basis, centres := normal(r, latent, dimension), normal(r, topics, latent)
	vector := func() []float32 { // around one of the topics, in a space of few dimensions
		v, centre := make([]float32, dimension), centres[r.IntN(topics)]
		for i := range latent {
			at := centre[i] + float32(r.NormFloat64())
			for k := range v {
				v[k] += at * basis[i][k]
			}
		}
		return v
	}
	x := newIndex(b, engine.Config{Dimension: dimension, MaxItems: n, TextFields: []string{"text"}})
	for i := range n {
		put(b, x, engine.Item{ID: fmt.Sprintf("item-%d", i), Vector: vector(),
			Metadata: fmt.Appendf(nil, `{"n":%d,"city":"c%d","text":"%s"}`, i, i%20, text(20, 60))})
	}
	x.Settle(b.Context(), 2)
	var vectors [][]float32
	var texts []string
	for range 500 {
		vectors, texts = append(vectors, vector()), append(texts, text(3, 5))
	}
	city, most := filter(b, `{"city":"c3"}`), filter(b, `{"n":{"gte":5000}}`)
	for _, kind := range []struct {
		name  string
		query func(i int) engine.Query
	}{
		{"vector", func(i int) engine.Query { return engine.Query{Vector: vectors[i]} }},
		{"vector/metadata", func(i int) engine.Query { return engine.Query{Vector: vectors[i], WithMetadata: true} }},
		{"vector/one city of 20", func(i int) engine.Query { return engine.Query{Vector: vectors[i], Filter: city} }},
		{"vector/three quarters", func(i int) engine.Query { return engine.Query{Vector: vectors[i], Filter: most} }},
		{"vector/100 best", func(i int) engine.Query { return engine.Query{Vector: vectors[i], K: 100} }},
		{"words", func(i int) engine.Query { return engine.Query{Text: texts[i]} }},
		{"words/100 best", func(i int) engine.Query { return engine.Query{Text: texts[i], K: 100} }},
		{"hybrid", func(i int) engine.Query { return engine.Query{Vector: vectors[i], Text: texts[i]} }},
		{"hybrid/one city of 20", func(i int) engine.Query {
			return engine.Query{Vector: vectors[i], Text: texts[i], Filter: city}
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu(b)
			for i := 0; b.Loop(); i++ {
				q := kind.query(i % len(vectors))
				q.K = max(q.K, 10)
				if _, err := x.Search(q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
	recall, _, err := x.Recall(b.Context(), 200, 10, 0)
	b.Logf("recall@10 by default: %v, %v", recall, err)
}

func normal(r *rand.Rand, rows, columns int) [][]float32 {
	list := make([][]float32, rows)
	for i := range list {
		for range columns {
			list[i] = append(list[i], float32(r.NormFloat64()))
		}
	}
	return list
}

// cpu gives the processor time of the process so far, in nanoseconds.
func cpu(b *testing.B) int64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return use.Utime.Nano() + use.Stime.Nano()
}
