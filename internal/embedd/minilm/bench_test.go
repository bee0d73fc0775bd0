package minilm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// BenchmarkEmbed embeds as many texts of a length as are one batch, the quickest time of
// several, at every level with assembly.
func BenchmarkEmbed(b *testing.B) {
	for _, level := range simd.Levels()[1:] {
		kernels, _ := simd.At(level)
		m := load(b, kernels)
		b.Run(level.String(), func(b *testing.B) { benchmarkEmbed(b, m) })
	}
}

func benchmarkEmbed(b *testing.B, m *minilm.Model) {
	for _, tokens := range []int{14, 128, 256} {
		texts := make([]string, 256/tokens)
		for i := range texts {
			texts[i] = strings.Repeat("word ", tokens-2)
		}
		b.Run(fmt.Sprint(tokens), func(b *testing.B) {
			quickest := time.Hour
			for b.Loop() {
				begin := time.Now()
				if _, err := m.Embed(context.Background(), texts); err != nil {
					b.Fatal(err)
				}
				quickest = min(quickest, time.Since(begin))
			}
			b.ReportMetric(quickest.Seconds()*1e3/float64(len(texts)), "ms/text")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b, simd.Best())
	}
}
