package embedd_test

import (
	"errors"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// startOnOllama runs an embedd on a real Ollama, spoken to in both of its ways: o, the default,
// natively, and c as OpenAI. Beside them is e: o of another embedd.
func startOnOllama(t *testing.T) *daemon {
	t.Helper()
	url := testbed.StartOllama(t)
	models := func(c *embedd.Config) {
		c.Model = "o"
		c.Models = map[string]remote.Config{
			"o": {Provider: remote.Ollama, URL: url, Model: testbed.OllamaMiniLM},
			"c": {Provider: remote.OpenAI, URL: url + "/v1", Model: testbed.OllamaMiniLM},
		}
	}
	peer := startWith(t, models)
	return startWith(t, models, func(c *embedd.Config) {
		c.Models["e"] = remote.Config{Provider: remote.OpenAI, URL: peer.Base, Model: "o"}
	})
}

func TestOllamaMakesVectors(t *testing.T) {
	d := startOnOllama(t)
	texts := []string{"forklift operator, night shift", "warehouse worker who drives forklifts at night", "a recipe for onion soup", "🦺", "a\x00b"}
	first := d.mustEmbed(embedding.Request{Texts: texts})
	if first.Dimension != 384 || cosine(first.Vectors[0], first.Vectors[1]) < 0.6 || cosine(first.Vectors[0], first.Vectors[2]) > 0.3 {
		t.Errorf("%d, %v, %v", first.Dimension, cosine(first.Vectors[0], first.Vectors[1]), cosine(first.Vectors[0], first.Vectors[2]))
	}
	for _, model := range []string{"c", "e"} {
		for i, text := range texts { // alone, while the others are in company
			again := d.mustEmbed(embedding.Request{Texts: []string{text}, Model: model})
			if same := cosine(first.Vectors[i], again.Vectors[0]); same < 0.9999 || again.Model != model {
				t.Errorf("%s, text %d: cosine %v", model, i, same)
			}
		}
	}
}

func TestOllamaReadsOfALongTextWhatItReads(t *testing.T) {
	d := startOnOllama(t)
	long := strings.Repeat("warehouse ", 600)
	texts := []string{"a", long, "b", long + "c", "d"}
	for _, model := range []string{"o", "e"} {
		answer := d.mustEmbed(embedding.Request{Texts: texts, Model: model})
		for i, truncated := range answer.Truncated {
			if truncated != (i == 1 || i == 3) {
				t.Errorf("%s, text %d: %v", model, i, truncated)
			}
		}
	}
	list, err := d.Models(t.Context())
	if err != nil || len(list.Models) != 4 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, m := range list.Models {
		if !m.Ready || (m.Revision != "") != (m.Provider != "openai") && m.Provider != "builtin" || m.Name == "o" && m.Dimension != 384 {
			t.Errorf("%+v", m)
		}
	}
}

func TestAModelThatOllamaDoesNotHaveIsToldWithItsRemedy(t *testing.T) {
	url := testbed.StartOllama(t)
	d := startWith(t, func(c *embedd.Config) {
		c.Models = map[string]remote.Config{"nomic-embed-text": {Provider: remote.Ollama, URL: url}}
	})
	_, err := d.Embed(t.Context(), embedding.Request{Texts: []string{"a"}, Model: "nomic-embed-text"})
	if !errors.Is(err, embedding.ErrProviderDown) || !strings.Contains(err.Error(), "ollama pull nomic-embed-text") {
		t.Error(err)
	}
}

func cosine(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
