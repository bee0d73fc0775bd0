package embedd_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

func TestTheModelThatIsBuiltInNeedsNothing(t *testing.T) {
	d := startWith(t)
	list, err := d.Models(t.Context())
	if err != nil || len(list.Models) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	m := list.Models[0]
	if m.Name != "minilm" || m.Provider != "builtin" || !m.Default || !m.Ready || m.Dimension != 384 || m.MaxTokens != 256 || !strings.HasPrefix(m.Revision, "sha256:53aa5117") {
		t.Errorf("%+v", m)
	}
	texts := []string{"forklift operator, night shift", "warehouse worker who drives forklifts at night", "a recipe for onion soup", "🦺", "\x00[SEP]", strings.Repeat("word ", 2<<20)}
	answer := d.mustEmbed(embedding.Request{Texts: texts, Revision: m.Revision})
	if answer.Model != "minilm" || answer.Dimension != 384 || !slices.Equal(answer.Truncated, []bool{false, false, false, false, false, true}) {
		t.Errorf("%s, %d, %v", answer.Model, answer.Dimension, answer.Truncated)
	}
	if near, far := cosine(answer.Vectors[0], answer.Vectors[1]), cosine(answer.Vectors[0], answer.Vectors[2]); near < 0.6 || far > 0.3 {
		t.Errorf("what is alike has %v, what is not %v", near, far)
	}
	for i, v := range answer.Vectors {
		if length := cosine(v, v); math.Abs(float64(length)-1) > 1e-5 {
			t.Errorf("text %d has the length %v", i, length)
		}
	}
	if usage := d.mustCreate(`{"input":["night shift","a"]}`).Usage; usage.PromptTokens != 7 { // with one before and one behind each
		t.Errorf("%+v", usage)
	}
}

// Texts of which the model reads nothing would all have the same vector.
func TestTextsOfWhichNothingIsReadAreRefused(t *testing.T) {
	d := startWith(t)
	for _, text := range []string{"\u200b", "\ufeff\u200d", "\x00", " \u00ad\x07 "} {
		for range 2 { // the second time its vector is known
			doc := d.want(400, "bad_text", "/embed", asJSON(embedding.Request{Texts: []string{"a", text, "b"}}))
			if doc["item"] != 1.0 || doc["field"] != "texts" || !strings.Contains(doc["detail"].(string), "reads nothing of text 1") {
				t.Errorf("%q: %v", text, doc)
			}
		}
		d.want(400, "bad_text", "/embeddings", asJSON(map[string]string{"input": text}))
	}
	d.mustEmbed(embedding.Request{Texts: []string{"a\u200b", "\u4e00", "?", "\ue000\U0001f9ba"}})
}

// The same text gives the same numbers, whoever asks for it in whatever company.
func TestCompanyChangesNothing(t *testing.T) {
	d := startWith(t, func(c *embedd.Config) { c.CacheBytes = 0 })
	const text = "certified welder, pipelines"
	want := d.mustEmbed(embedding.Request{Texts: []string{text}}).Vectors[0]
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			texts := slices.Repeat([]string{strings.Repeat("more ", 1+i*20)}, i)
			texts = append(texts, text)
			answer, err := d.Embed(t.Context(), embedding.Request{Texts: texts})
			if err != nil || !slices.Equal(answer.Vectors[i], want) {
				t.Errorf("beside %d others: %v", i, err)
			}
		})
	}
	all.Wait()
}

// Whoever speaks OpenAI's API may be another embedd, and what Ollama has is the same model.
func TestOthersMakeTheSameVectors(t *testing.T) {
	d := startOnOllama(t)
	texts := []string{"forklift operator, night shift", "Registered nurse in an intensive care unit", "a recipe for onion soup", strings.Repeat("long ", 200)}
	own, others := d.mustEmbed(embedding.Request{Texts: texts, Model: "minilm"}), d.mustEmbed(embedding.Request{Texts: texts, Model: "o"})
	for i := range texts {
		if same := cosine(own.Vectors[i], others.Vectors[i]); same < 0.99 {
			t.Errorf("text %d: cosine %v", i, same)
		}
	}
}
