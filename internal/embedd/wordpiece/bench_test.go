package wordpiece_test

import (
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/wordpiece"
)

func BenchmarkNew(b *testing.B) {
	vocab, err := os.ReadFile("../minilm/asset/vocab.txt")
	if err != nil {
		b.Fatal(err)
	}
	for text := string(vocab); b.Loop(); {
		if _, err := wordpiece.New(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	tokenizer := model(b)
	for name, text := range map[string]string{
		"short":    "How do I change the password of a database user?",
		"prose":    strings.Repeat("This package contains the runtime libraries needed by unprivileged daemons. ", 10),
		"accents":  strings.Repeat("Le cœur déçu mais l'âme plutôt naïve, Louÿs rêva. ", 6),
		"japanese": strings.Repeat("東京都は日本の首都です。", 10),
		"korean":   strings.Repeat("대한민국의 수도는 서울입니다. ", 8),
		"pieces":   strings.Repeat(strings.Repeat("zqxj", 24)+"ж ", 250),
		"word":     strings.Repeat("x", 10<<20),
		"marks":    "a" + strings.Repeat("\u0301", 1<<20),
	} {
		b.Run(name, func(b *testing.B) {
			ids := make([]int32, 0, 256)
			for b.Loop() {
				ids, _ = tokenizer.Append(ids[:0], text, 256)
			}
			b.ReportAllocs()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ids)), "ns/token")
			b.ReportMetric(float64(len(ids)), "tokens")
		})
	}
}
