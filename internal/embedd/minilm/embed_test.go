package minilm_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestCompanyChangesNothing: a text's vector is the same bits alone, among others, and in
// the reverse order.
func TestCompanyChangesNothing(t *testing.T) {
	m := load(t, simd.Best())
	texts, _ := golden(t)
	texts = append(texts, strings.Repeat("a long text ", 200), strings.Repeat("another ", 100))
	together := embed(t, m, texts...)
	backwards := slices.Clone(texts)
	slices.Reverse(backwards)
	reversed := embed(t, m, backwards...)
	for i, text := range texts {
		want := together[i*minilm.Dimension:][:minilm.Dimension]
		if !slices.Equal(embed(t, m, text), want) {
			t.Errorf("%.30q has another vector alone", text)
		}
		if !slices.Equal(reversed[(len(texts)-1-i)*minilm.Dimension:][:minilm.Dimension], want) {
			t.Errorf("%.30q has another vector in the reverse order", text)
		}
	}
}

// TestLevelsAgree: AVX2 and AVX-512 give the same bits.
func TestLevelsAgree(t *testing.T) {
	narrow, ok2 := simd.At(simd.AVX2)
	wide, ok512 := simd.At(simd.AVX512)
	if !ok2 || !ok512 {
		t.Skip("this processor or build lacks one of the two")
	}
	texts, _ := golden(t)
	if !slices.Equal(embed(t, load(t, narrow), texts...), embed(t, load(t, wide), texts...)) {
		t.Error("AVX2 and AVX-512 give different vectors")
	}
}

// TestTruncation: what is behind the last token that fits changes nothing but what is told.
func TestTruncation(t *testing.T) {
	m := load(t, simd.Best())
	fits := strings.Repeat("word ", minilm.MaxTokens-2)
	made, err := m.Embed(context.Background(), []string{fits, fits + "more", "short", ""})
	if err != nil {
		t.Fatal(err)
	}
	for i, tokens := range []int{minilm.MaxTokens, minilm.MaxTokens, 3, 2} { // with one before and one behind
		if made[i].Truncated != (i == 1) || made[i].Tokens != tokens {
			t.Errorf("text %d: truncated %t, %d tokens", i, made[i].Truncated, made[i].Tokens)
		}
	}
	if !slices.Equal(made[0].Vector, made[1].Vector) {
		t.Error("a text that was cut has not the vector of what is left of it")
	}
}

// TestAnyText: what is no text has a vector of length 1, too.
func TestAnyText(t *testing.T) {
	vectors := embed(t, load(t, simd.Best()), "\xff\xfe", "\x00", "\u200b", strings.Repeat("\u0301", 10_000), strings.Repeat("x", 10_000), "[CLS] [SEP] [MASK]")
	for vector := range slices.Chunk(vectors, minilm.Dimension) {
		if one := cosine(vector, vector); !(one > 0.999) {
			t.Errorf("a vector's product with itself is %v", one)
		}
	}
}

func TestNoTexts(t *testing.T) {
	if made, err := load(t, simd.Best()).Embed(context.Background(), nil); len(made) != 0 || err != nil {
		t.Errorf("got %v, %v", made, err)
	}
}

func TestCancelled(t *testing.T) {
	m := load(t, simd.Best())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if made, err := m.Embed(ctx, []string{"one", "two"}); made != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", made, err)
	}
	embed(t, m, "and goes on") // every scratch came back
}

// TestManyCallers: any number of calls at once give what each gives alone.
func TestManyCallers(t *testing.T) {
	m := load(t, simd.Best())
	texts, _ := golden(t)
	want := embed(t, m, texts...)
	var callers sync.WaitGroup
	for caller := range 4 * runtime.GOMAXPROCS(0) {
		callers.Go(func() {
			from := caller % len(texts)
			got, err := m.Embed(context.Background(), texts[from:])
			if err != nil || !slices.Equal(vectorsOf(got), want[from*minilm.Dimension:]) {
				t.Errorf("caller %d has other vectors (%v)", caller, err)
			}
		})
	}
	callers.Wait()
}

// TestAllocations: a call allocates as often for many texts as for one, but for their vectors
// and what batches and growing slices take.
func TestAllocations(t *testing.T) {
	m := load(t, simd.Best())
	texts := slices.Repeat([]string{"a text of some words"}, 40)
	embed(t, m, texts...)
	if n := testing.AllocsPerRun(5, func() { embed(t, m, texts...) }); n > float64(30+len(texts)) {
		t.Errorf("%v allocations for %d texts", n, len(texts))
	}
}
