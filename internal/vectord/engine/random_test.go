package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// rehearsal is an index and the model of it.
type rehearsal struct {
	t *testing.T
	r *rand.Rand
	x *engine.Index
	m model
}

// Whatever was put in, replaced, edited, deleted, moved, saved and loaded: every kind of
// search gives what looking at every item gives.
func TestSearchesAreThoseOfAPlainModel(t *testing.T) {
	for _, metric := range []hnsw.Metric{hnsw.Cosine, hnsw.Dot, hnsw.L2} {
		t.Run(fmt.Sprint("metric ", metric), func(t *testing.T) {
			config := engine.Config{Dimension: 6, Metric: metric, MaxItems: 20_000, EfConstruction: 40, TextFields: []string{"text", "inner.title"}}
			h := &rehearsal{t: t, r: rand.New(rand.NewPCG(uint64(metric), 4)), x: newIndex(t, config), m: model{metric, map[string]drawn{}}}
			for range 25 {
				h.change()
				for range 4 {
					h.compare()
				}
			}
		})
	}
}

func (h *rehearsal) ids() []string { return slices.Sorted(maps.Keys(h.m.items)) }

// change does some changes, and some of the upkeep.
func (h *rehearsal) change() {
	many := 1 + h.r.IntN(30)
	if h.r.IntN(8) == 0 {
		many = 700 // enough that slots are moved when they go
	}
	switch ids := h.ids(); h.r.IntN(5) {
	case 0, 1:
		var batch []engine.Item
		for range many {
			it := draw(h.r, fmt.Sprintf("i-%d", h.r.IntN(1500)))
			h.m.items[it.ID] = it
			batch = append(batch, it.Item)
		}
		put(h.t, h.x, batch...)
	case 2:
		h.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		ids = ids[:min(many, len(ids))]
		for _, id := range ids {
			delete(h.m.items, id)
		}
		h.x.Delete(ids)
	case 3:
		for range min(many, len(ids)) {
			it := draw(h.r, ids[h.r.IntN(len(ids))])
			it.Vector = h.m.items[it.ID].Vector
			h.m.items[it.ID] = it
			object, err := metadata.Read(it.Metadata)
			if err != nil || !h.x.SetMetadata(it.ID, object) {
				h.t.Fatal(err)
			}
		}
	case 4:
		h.reload()
	}
	ctx, stop := context.WithCancel(h.t.Context())
	if h.r.IntN(2) == 0 {
		stop() // only what left is taken out
	}
	h.x.Settle(ctx, 1)
	stop()
}

// reload saves and goes on with what was saved.
func (h *rehearsal) reload() {
	var out bytes.Buffer
	if err := h.x.Save(&out, nil); err != nil {
		h.t.Fatal(err)
	}
	y := newIndex(h.t, h.x.Config())
	if err := y.Load(&out); err != nil {
		h.t.Fatal(err)
	}
	for range 8 { // the answers are the same to the last bit
		q := engine.Query{Text: drawWords(h.r, 1+h.r.IntN(4)), K: 1 + h.r.IntN(40), WithMetadata: true}
		if h.r.IntN(2) == 0 {
			q.Vector, q.Exact = drawVector(h.r), true
		}
		if h.r.IntN(3) == 0 && len(h.m.items) > 0 {
			q.Filter = filter(h.t, fmt.Sprintf(`{"n":%d}`, h.r.IntN(10)))
		}
		before := h.search(q)
		h.x, y = y, h.x
		if after := h.search(q); !reflect.DeepEqual(after, before) {
			h.t.Fatalf("%+v: loaded it finds %+v, and did %+v", q, after, before)
		}
		h.x, y = y, h.x
	}
	h.x = y
}

// compare holds a random query of each kind against the model.
func (h *rehearsal) compare() {
	q := engine.Query{K: 1 + h.r.IntN(20), Exact: true}
	var allowed []int
	if h.r.IntN(2) == 0 && len(h.m.items) > 0 {
		allowed = []int{h.r.IntN(10), h.r.IntN(10), 3}
		q.Filter = filter(h.t, fmt.Sprintf(`{"n":{"in":[%d,%d,%d]}}`, allowed[0], allowed[1], allowed[2]))
	}
	if h.r.IntN(4) == 0 {
		least := h.r.Float32()
		q.Least = &least
	}
	vector, text := drawVector(h.r), drawWords(h.r, 1+h.r.IntN(4))
	near, words := q, q
	near.Vector, words.Text = vector, text
	s := h.m.scored(vector, text, allowed)
	checkHits(h.t, near, h.search(near), s.near, scores{near: s.near})
	checkHits(h.t, words, h.search(words), s.words, scores{words: s.words})
	count, err := h.x.Count(q.Filter)
	if err != nil || count != len(s.near) {
		h.t.Fatalf("%d match, want %d, %v", count, len(s.near), err)
	}
	h.compareHybrid(q, near, words, s)
}

// compareHybrid joins what each side finds, which was compared before, as the model does.
func (h *rehearsal) compareHybrid(q, near, words engine.Query, s scores) {
	q.Vector, q.Text, q.Least = near.Vector, words.Text, nil
	q.Fusion = engine.Fusion{Ranks: h.r.IntN(3) == 0, Constant: 1 + h.r.IntN(80), Depth: []int{0, q.K, q.K + 5, 2000}[h.r.IntN(4)]}
	if h.r.IntN(2) == 0 {
		alpha := float64(h.r.IntN(5)) / 4
		q.Fusion.Alpha = &alpha
	}
	depth := q.Fusion.Depth
	if depth == 0 && q.Exact {
		depth = 2000
	} else if depth == 0 {
		depth = max(100, 2*q.K)
	}
	near.K, words.K, near.Least, words.Least = depth, depth, nil, nil
	left, right := h.search(near), h.search(words)
	hits := h.search(q)
	checkHits(h.t, q, hits, h.m.fused(q, left, right, s), s)
	for _, hit := range hits {
		for _, side := range []struct {
			rank int
			list []engine.Hit
		}{{hit.ByVector.Rank, left}, {hit.ByWords.Rank, right}} {
			if at := slices.IndexFunc(side.list, func(o engine.Hit) bool { return o.ID == hit.ID }); at+1 != side.rank {
				h.t.Fatalf("%+v: %+v is number %d of a side", q, hit, at+1)
			}
		}
	}
}

func (h *rehearsal) search(q engine.Query) []engine.Hit {
	h.t.Helper()
	hits, err := h.x.Search(q)
	if err != nil {
		h.t.Fatalf("%+v: %v", q, err)
	}
	return hits
}
