package engine_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
)

// model is an index as a map, and searches it by looking at every item.
type model struct {
	metric hnsw.Metric
	items  map[string]drawn
}

// drawn is an item with what its metadata says.
type drawn struct {
	engine.Item
	n     int
	words []string
}

// described is the metadata that items of the model have.
type described struct {
	N     int    `json:"n"`
	Text  string `json:"text,omitempty"`
	Inner struct {
		Title []string `json:"title,omitempty"`
	} `json:"inner"`
}

// draw gives an item with a random vector and random words.
func draw(r *rand.Rand, id string) drawn {
	it := engine.Item{ID: id, Vector: drawVector(r)}
	d := described{N: r.IntN(10), Text: drawWords(r, r.IntN(12))}
	for range r.IntN(3) {
		d.Inner.Title = append(d.Inner.Title, drawWords(r, 1+r.IntN(2)))
	}
	it.Metadata, _ = json.Marshal(d)
	return drawn{it, d.N, strings.Fields(d.Text + " " + strings.Join(d.Inner.Title, " "))}
}

func drawVector(r *rand.Rand) []float32 {
	v := make([]float32, 6)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// drawWords draws words of which some are frequent.
func drawWords(r *rand.Rand, n int) string {
	var list []string
	for range n {
		list = append(list, fmt.Sprintf("w%d", int(30*math.Pow(r.Float64(), 3))))
	}
	return strings.Join(list, " ")
}

// scores is what every item that matches gets of both sides.
type scores struct {
	near, words map[string]float64
	whole       float64 // of a text of the usual length that has every word
}

// scored scores the items whose n is among some; nil allows all.
func (m *model) scored(vector []float32, text string, allowed []int) scores {
	s := scores{near: map[string]float64{}}
	s.words, s.whole = m.bm25(strings.Fields(text))
	for id, it := range m.items {
		if allowed != nil && !slices.Contains(allowed, it.n) {
			delete(s.words, id)
		} else if vector != nil {
			s.near[id] = m.nearness(vector, it.Vector)
		}
	}
	return s
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func (m *model) nearness(a, b []float32) float64 {
	switch m.metric {
	case hnsw.Cosine:
		return dot(a, b) / math.Sqrt(dot(a, a)*dot(b, b))
	case hnsw.Dot:
		return dot(a, b)
	}
	return 1 / (1 + math.Sqrt(dot(a, a)-2*dot(a, b)+dot(b, b)))
}

// bm25 scores the items that have a word of a query, and a text of the usual length that
// has all once.
func (m *model) bm25(query []string) (scores map[string]float64, whole float64) {
	texts, total := map[string][]string{}, 0.0
	for id, it := range m.items {
		if len(it.words) > 0 {
			texts[id] = it.words
			total += float64(len(it.words))
		}
	}
	n := float64(len(texts))
	scores = map[string]float64{}
	for _, word := range query {
		times := map[string]float64{}
		for id, text := range texts {
			for _, w := range text {
				if w == word {
					times[id]++
				}
			}
		}
		df := float64(len(times))
		idf := math.Log(1 + (n-df+.5)/(df+.5))
		whole += idf / (1 + 1.2)
		for id, tf := range times {
			norm := 1.2 * (1 - .75 + .75*float64(len(texts[id]))/(total/n))
			scores[id] += idf * tf / (tf + norm)
		}
	}
	return scores, whole
}

// most gives the n highest of some scores.
func most(scores map[string]float64, n int) []float64 {
	var list []float64
	for _, s := range scores {
		list = append(list, s)
	}
	slices.Sort(list)
	slices.Reverse(list)
	return list[:min(n, len(list))]
}

const tolerance = 2e-6

func same(a float32, b float64) bool { return math.Abs(float64(a)-b) <= tolerance*max(1, math.Abs(b)) }

// checkHits holds hits against what they should score in the end, and on both sides.
func checkHits(t *testing.T, q engine.Query, hits []engine.Hit, joined map[string]float64, s scores) {
	t.Helper()
	want := most(joined, q.K)
	if q.Least != nil {
		want = slices.DeleteFunc(want, func(score float64) bool { return float32(score) < *q.Least })
	}
	if len(hits) != len(want) {
		t.Fatalf("%+v: %d hits, want %d", q, len(hits), len(want))
	}
	seen := map[string]bool{}
	for i, h := range hits {
		if own, ok := joined[h.ID]; !ok || seen[h.ID] || !same(h.Score, own) || !same(h.Score, want[i]) {
			t.Fatalf("%+v: hit %d is %+v, which scores %v; want %v", q, i, h, own, want[i])
		}
		seen[h.ID] = true
		if len(s.near) > 0 && !same(h.ByVector.Score, s.near[h.ID]) || q.Text != "" && !same(h.ByWords.Score, s.words[h.ID]) {
			t.Fatalf("%+v: hit %d is %+v, want %v by vector and %v by words", q, i, h, s.near[h.ID], s.words[h.ID])
		}
	}
}

// fused joins what two lists found as [engine.Fusion] says, with no regard to cost.
func (m *model) fused(q engine.Query, near, fitting []engine.Hit, s scores) map[string]float64 {
	alpha, joined := .7, map[string]float64{}
	if q.Fusion.Alpha != nil {
		alpha = *q.Fusion.Alpha
	}
	fittest, nearest, least := most(s.words, 1), most(s.near, 1), 0.0
	switch {
	case m.metric == hnsw.Cosine:
		least = -1
	case m.metric == hnsw.Dot && len(near) > 0:
		best := m.items[near[0].ID].Vector
		least = -math.Sqrt(dot(q.Vector, q.Vector) * dot(best, best))
	}
	for _, list := range [][]engine.Hit{near, fitting} {
		for rank, h := range list {
			if q.Fusion.Ranks {
				joined[h.ID] += 1 / float64(max(q.Fusion.Constant, 1)+rank+1)
				continue
			}
			joined[h.ID] = 0
			if len(fittest) > 0 {
				joined[h.ID] = (1 - alpha) * s.words[h.ID] / max(fittest[0], s.whole)
			}
			joined[h.ID] += alpha * max(0, s.near[h.ID]-least) / (nearest[0] - least)
		}
	}
	return joined
}
