package lexical

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// corpus draws texts whose words are as frequent as those of a language.
type corpus struct {
	r    *rand.Rand
	zipf *rand.Zipf
}

func newCorpus(seed uint64) *corpus {
	r := rand.New(rand.NewPCG(seed, 7))
	return &corpus{r, rand.NewZipf(r, 1.1, 2, 499_999)}
}

func (c *corpus) text(least, most int) string {
	var b strings.Builder
	for range least + c.r.IntN(most-least+1) {
		b.WriteString("w")
		b.WriteString(strconv.FormatUint(c.zipf.Uint64(), 36))
		b.WriteByte(' ')
	}
	return b.String()
}

func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkMillion is what an index of a million short texts costs and answers.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	before := inUse()
	x, c := New(usual), newCorpus(1)
	b.Run("set", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			x.Set(uint32(i%n), c.text(8, 16))
		}
	})
	for s := range uint32(n) {
		if int(s) >= len(x.texts) || x.texts[s] == "" {
			x.Set(s, c.text(8, 16))
		}
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			x.Compact()
		}
		s := x.Stats()
		b.ReportMetric(float64(s.Bytes)/float64(s.Postings), "B/posting")
		b.ReportMetric(float64(inUse()-before)/float64(s.Postings), "heap-B/posting")
		b.ReportMetric(float64(s.Postings)/float64(s.Documents), "postings/doc")
		b.ReportMetric(float64(s.Terms), "terms")
	})
	for _, terms := range []int{1, 3, 8, 50} {
		for _, share := range []float64{1, .1, .001} {
			b.Run(fmt.Sprintf("search/words=%d/allowed=%v", terms, share), func(b *testing.B) {
				c, allowed := newCorpus(2), []uint64(nil)
				if share < 1 {
					allowed = bitmap(c.r, n, share)
				}
				for b.Loop() {
					x.Search(c.text(terms, terms), 10, allowed)
				}
			})
		}
	}
	b.Run("search/commonest", func(b *testing.B) {
		for b.Loop() {
			x.Search("w0 w1 w2", 10, nil)
		}
	})
	b.Run("replace", func(b *testing.B) {
		c := newCorpus(3)
		for b.Loop() {
			x.Set(uint32(c.r.IntN(n)), c.text(8, 16))
		}
	})
	b.Run("remove", func(b *testing.B) {
		for s := uint32(0); b.Loop(); s++ {
			x.Remove(s * 7919 % n)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	for name, text := range map[string]string{
		"ascii":    strings.Repeat("The quick brown fox doesn't jump over 3.5 lazy dogs. ", 20),
		"accents":  strings.Repeat("Le cœur déçu mais l'âme plutôt naïve, Louÿs rêva. ", 20),
		"japanese": strings.Repeat("東京都は日本の首都です。", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				words(text)
			}
		})
	}
}
