package minilm_test

import (
	"context"
	_ "embed"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// What scripts/minilm/run.sh makes of the float32 model.
var (
	//go:embed testdata/texts.txt
	goldenTexts string
	//go:embed testdata/vectors.f32
	goldenVectors []byte
)

func golden(t testing.TB) (texts []string, vectors []float32) {
	t.Helper()
	for text := range strings.Lines(goldenTexts) {
		texts = append(texts, strings.TrimSuffix(text, "\n"))
	}
	vectors = make([]float32, len(texts)*minilm.Dimension)
	if n, err := binary.Decode(goldenVectors, binary.LittleEndian, vectors); err != nil || n != len(goldenVectors) {
		t.Fatalf("%d bytes of vectors do not belong to %d texts (%v)", len(goldenVectors), len(texts), err)
	}
	return texts, vectors
}

func load(t testing.TB, kernels simd.Kernels) *minilm.Model {
	t.Helper()
	m, err := minilm.Load(kernels)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func embed(t testing.TB, m *minilm.Model, texts ...string) []float32 {
	t.Helper()
	made, err := m.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return vectorsOf(made)
}

// vectorsOf gives vectors end to end.
func vectorsOf(made []embedded.Embedding) (vectors []float32) {
	for _, e := range made {
		vectors = append(vectors, e.Vector...)
	}
	return vectors
}

// TestCosines holds every level against the float32 model, the slowest by two texts.
func TestCosines(t *testing.T) {
	texts, want := golden(t)
	for _, level := range simd.Levels() {
		t.Run(level.String(), func(t *testing.T) {
			texts, want := texts, want
			if level == simd.Portable {
				texts, want = texts[4:6], want[4*minilm.Dimension:]
			}
			kernels, _ := simd.At(level)
			got, sum := embed(t, load(t, kernels), texts...), 0.0
			for i, text := range texts {
				one := cosine(got[i*minilm.Dimension:][:minilm.Dimension], want[i*minilm.Dimension:][:minilm.Dimension])
				if !(one >= .995) {
					t.Errorf("%q has cosine %.5f", text, one)
				}
				sum += one / float64(len(texts))
			}
			if t.Logf("mean cosine %.5f", sum); !(sum >= .999) {
				t.Errorf("the mean cosine is %.5f", sum)
			}
		})
	}
}

// cosine is that of vectors of length 1, which it holds them to be.
func cosine(a, b []float32) float64 {
	var product, squares float64
	for i, v := range a {
		product += float64(v) * float64(b[i])
		squares += float64(v) * float64(v)
	}
	if math.Abs(squares-1) > 1e-6 {
		return math.NaN()
	}
	return product
}
