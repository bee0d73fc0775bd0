package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// asked is how many questions there are, and k how many answers count.
const (
	asked = 2_000
	k     = 10
)

// task is questions, of which each has one answer among what can be found: that of the
// same number.
type task struct {
	name             string
	found, questions texts
}

// way to search: by the vectors of one of both models, by words, by both.
type way struct {
	name           string
	vectors, words bool
	reference      bool
	fusion         engine.Fusion
}

// ways are those that are compared. The first is the reference, and the next three are what
// promises are about.
func ways() []way {
	list := []way{
		{name: "vectors in float32", vectors: true, reference: true},
		{name: "vectors of the embedded model", vectors: true},
		{name: "words (BM25)", words: true},
		{name: "both, as by default", vectors: true, words: true},
		{name: "both, vectors in float32", vectors: true, words: true, reference: true},
		{name: "both, by reciprocal ranks", vectors: true, words: true, fusion: engine.Fusion{Ranks: true}},
	}
	for _, alpha := range []float64{.1, .2, .3, .4, .5, .6, .7, .75, .8, .85, .9, .95} {
		list = append(list, way{name: fmt.Sprintf("both, alpha %.2f", alpha), vectors: true, words: true, fusion: engine.Fusion{Alpha: &alpha}})
	}
	return list
}

// quality of the answers to all questions.
type quality struct{ mrr, recall float64 }

// result is what each of the ways gave.
type result struct {
	task task
	of   []quality
}

// measure asks all questions in each way.
func (t task) measure(ctx context.Context, kernels simd.Kernels) (result, error) {
	r := result{task: t}
	ours, err := index(ctx, kernels, t.found.list, t.found.ours)
	if err != nil {
		return r, err
	}
	defer ours.Close()
	reference, err := index(ctx, kernels, t.found.list, t.found.reference)
	if err != nil {
		return r, err
	}
	defer reference.Close()
	for _, w := range ways() {
		x, vectors := ours, t.questions.ours
		if w.reference {
			x, vectors = reference, t.questions.reference
		}
		hits, err := x.SearchMany(ctx, w.queries(t.questions.list, vectors), runtime.NumCPU())
		if err != nil {
			return r, err
		}
		r.of = append(r.of, judged(hits))
		say("%s: %s is measured", t.name, w.name)
	}
	return r, nil
}

// index makes one as vectord does by default.
func index(ctx context.Context, kernels simd.Kernels, list []string, vectors [][]float32) (*engine.Index, error) {
	x, err := engine.New(engine.Config{Dimension: minilm.Dimension, TextFields: []string{"text"}}, kernels)
	if err != nil {
		return nil, err
	}
	items := make([]engine.Item, len(list))
	for i := range list {
		object, err := json.Marshal(map[string]string{"text": list[i]})
		if err != nil {
			return nil, err
		}
		items[i] = engine.Item{ID: strconv.Itoa(i), Vector: vectors[i], Metadata: object}
	}
	batch, err := x.Check(items)
	if err != nil {
		return nil, err
	}
	if _, _, err := x.Apply(batch); err != nil {
		return nil, err
	}
	x.Settle(ctx, runtime.NumCPU())
	return x, ctx.Err()
}

func (w way) queries(list []string, vectors [][]float32) []engine.Query {
	queries := make([]engine.Query, len(list))
	for i := range queries {
		q := engine.Query{K: k, Fusion: w.fusion}
		if w.vectors {
			q.Vector = vectors[i]
		}
		if w.words {
			q.Text = list[i]
		}
		queries[i] = q
	}
	return queries
}

// judged gives the mean of 1 / rank of the answers among the first k, and how many are there.
func judged(hits [][]engine.Hit) (q quality) {
	for i, list := range hits {
		for at, hit := range list {
			if hit.ID == strconv.Itoa(i) {
				q.mrr += 1 / float64(at+1)
				q.recall++
			}
		}
	}
	n := float64(len(hits))
	return quality{q.mrr / n, q.recall / n}
}
