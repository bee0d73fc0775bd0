package lexical

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// model is an index that keeps texts as they are and scores each of them.
type model struct {
	config Config
	texts  map[uint32][]string
}

func (m *model) set(slot uint32, text string) {
	if w := words(text); len(w) > 0 {
		m.texts[slot] = w
	} else {
		delete(m.texts, slot)
	}
}

func (m *model) moved(from, to uint32) {
	if from == to {
		return
	}
	text, held := m.texts[from]
	delete(m.texts, from)
	delete(m.texts, to)
	if held {
		m.texts[to] = text
	}
}

// all gives every hit, the best first; hits that differ by less than what sums
// in another order may are in the order of their slots.
func (m *model) all(query string) []Hit {
	count := func(text []string, word string) float64 {
		n := 0
		for _, w := range text {
			if w == word {
				n++
			}
		}
		return float64(n)
	}
	total, n := 0.0, float64(len(m.texts))
	for _, text := range m.texts {
		total += float64(len(text))
	}
	scores := map[uint32]float64{}
	for _, word := range words(query) {
		df := 0.0
		for _, text := range m.texts {
			df += min(count(text, word), 1)
		}
		for slot, text := range m.texts {
			if tf := count(text, word); tf > 0 {
				norm := m.config.K1 * (1 - m.config.B + m.config.B*float64(len(text))/(total/n))
				scores[slot] += math.Log(1+(n-df+.5)/(df+.5)) * tf / (tf + norm)
			}
		}
	}
	hits := make([]Hit, 0, len(scores))
	for slot, score := range scores {
		hits = append(hits, Hit{slot, score})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		if math.Abs(a.Score-b.Score) < 1e-10 {
			return cmp.Compare(a.Slot, b.Slot)
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return hits
}

// check holds a search against scoring every text.
func (m *model) check(t *testing.T, x *Index, query string, k int, allowed []uint64) {
	t.Helper()
	want := slices.DeleteFunc(m.all(query), func(h Hit) bool {
		return allowed != nil && (int(h.Slot/64) >= len(allowed) || allowed[h.Slot/64]>>(h.Slot%64)&1 == 0)
	})
	score := map[uint32]float64{}
	for _, h := range want {
		score[h.Slot] = h.Score
	}
	want = want[:min(k, len(want))]
	got := x.Search(query, k, allowed)
	if len(got) != len(want) {
		t.Fatalf("%q, %d best: %d hits, want %d:\n%v\n%v", query, k, len(got), len(want), got, want)
	}
	for i, h := range got {
		// Texts that are not alike may score the same but for rounding (twice the
		// word in twice the length); each may then be the better one.
		if own, held := score[h.Slot]; !held || math.Abs(own-h.Score) > 1e-6 || math.Abs(own-want[i].Score) > 1e-10 {
			t.Fatalf("%q, %d best: hit %d is %v, want %v", query, k, i, h, want[i])
		}
		if i > 0 && (h.Score > got[i-1].Score || h.Score == got[i-1].Score && h.Slot <= got[i-1].Slot) {
			t.Fatalf("%q, %d best: %v comes after %v", query, k, h, got[i-1])
		}
	}
}

// scores holds the scores of some slots, as they were when they were asked for and
// after more was written, against scoring every text.
func (m *model) scores(t *testing.T, x *Index, query string, slots []uint32, write func()) {
	t.Helper()
	want := map[uint32]float64{}
	all := m.all(query)
	for _, h := range all {
		want[h.Slot] = h.Score
	}
	a := x.Ask(query)
	defer a.Close()
	write()
	for range 2 {
		for i, score := range a.Scores(slots) {
			if math.Abs(score-want[slots[i]]) > 1e-6 {
				t.Fatalf("%q: slot %d scores %v, want %v", query, slots[i], score, want[slots[i]])
			}
		}
		hits := a.Search(len(all)+1, nil)
		if len(hits) != len(all) {
			t.Fatalf("%q: %d hits of one moment, want %d", query, len(hits), len(all))
		}
		for _, h := range hits {
			if got := a.Scores([]uint32{h.Slot})[0]; got != h.Score {
				t.Fatalf("%q: %v is found, and scores %v", query, h, got)
			}
		}
	}
}

// counted holds the counts against the texts.
func (m *model) counted(t *testing.T, x *Index) {
	t.Helper()
	var want Stats
	terms := map[string]bool{}
	for _, text := range m.texts {
		want.Documents++
		want.Words += int64(len(text))
		own := map[string]bool{}
		for _, w := range text {
			own[w], terms[w] = true, true
		}
		want.Postings += int64(len(own))
	}
	want.Terms = len(terms)
	got := x.Stats()
	want.Idle, want.Bytes = got.Idle, got.Bytes
	if got != want {
		t.Fatalf("stats %+v, want %+v", got, want)
	}
	reckoned(t, x)
}

// reckoned holds what is reckoned of the lists' memory against the lists.
func reckoned(t *testing.T, x *Index) {
	t.Helper()
	if got := x.Stats(); len(x.terms.words) != got.Terms+got.Idle {
		t.Fatalf("%d words are known, %d told as in use and %d as idle", len(x.terms.words), got.Terms, got.Idle)
	}
	blocks := int64(0)
	for i, l := range x.lists {
		bytes := cap(l.tail.data)
		if l.sealed != nil {
			for _, c := range l.sealed.chunks {
				bytes += chunkBytes + int(sizeOf(c))
			}
		}
		if bytes != int(l.bytes) {
			t.Fatalf("list %d takes %d bytes, told as %d", i, bytes, l.bytes)
		}
		blocks += int64(bytes)
	}
	if blocks != x.counts.blocks {
		t.Fatalf("lists take %d bytes, told as %d", blocks, x.counts.blocks)
	}
}

// text gives up to some words of a small vocabulary, few of them common.
func text(r *rand.Rand, most int) string {
	out := ""
	for range r.IntN(most + 1) {
		out += string(rune('a'+int(26*math.Pow(r.Float64(), 3)))) + " "
	}
	if most > 20 && r.IntN(50) == 0 { // a long one that repeats itself
		out = strings.Repeat(out, 1+r.IntN(40))
	}
	return out
}

func bitmap(r *rand.Rand, slots int, share float64) []uint64 {
	out := make([]uint64, (slots+63)/64)
	for s := range slots {
		if r.Float64() < share {
			out[s/64] |= 1 << (s % 64)
		}
	}
	return out
}

// rehearse does random writes on an index and a model, and compares searches.
func rehearse(t *testing.T, seed uint64, slots, writes int) {
	r := rand.New(rand.NewPCG(seed, 1))
	config := Config{K1: []float64{0, .5, 1.2, 3}[r.IntN(4)], B: []float64{0, .4, .75, 1}[r.IntN(4)]}
	x, m := New(config), &model{config, map[uint32][]string{}}
	most := 1 + r.IntN(30)
	for i := range writes {
		slot := uint32(r.IntN(slots))
		switch r.IntN(10) {
		case 0, 1:
			x.Remove(slot)
			delete(m.texts, slot)
		case 2:
			to := uint32(r.IntN(slots))
			x.Moved(slot, to)
			m.moved(slot, to)
		default:
			if i < slots && i%2 == 0 { // as a fresh index fills
				slot = uint32(i)
			}
			s := text(r, most)
			x.Set(slot, s)
			m.set(slot, s)
		}
		if r.IntN(writes) < 2 {
			x.Compact()
		}
	}
	m.counted(t, x)
	for range 5 {
		var allowed []uint64
		if r.IntN(2) == 0 {
			allowed = bitmap(r, r.IntN(slots+1), []float64{0, .01, .2, .9}[r.IntN(4)])
		}
		m.check(t, x, text(r, 1+r.IntN(8)), 1+r.IntN(30), allowed)
	}
	var some []uint32
	for slot := range uint32(slots + 70) {
		if r.IntN(1+slots/40) == 0 {
			some = append(some, slot)
		}
	}
	m.scores(t, x, text(r, 1+r.IntN(8)), some, func() {
		for range 1 + slots/10 {
			x.Set(uint32(r.IntN(slots)), text(r, most))
			x.Remove(uint32(r.IntN(slots)))
		}
		x.Compact()
	})
}
