package embedd_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
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
		if !m.Ready || m.Revision == "" || m.Name == "o" && m.Dimension != 384 {
			t.Errorf("%+v", m)
		}
	}
}

// Ollama that breaks off, fails, hangs or gives what cannot be used: a text has the vector of its
// model, or none.
func TestOllamaThatFailsGivesNoVector(t *testing.T) {
	through, faults := testbed.Before(t, testbed.StartOllama(t))
	d := startWith(t, func(c *embedd.Config) {
		c.Models = map[string]remote.Config{"o": {Provider: remote.Ollama, URL: through, Model: testbed.OllamaMiniLM}}
		c.Timeout = service.Duration(2 * time.Second)
	})
	of := func(text string) (embedding.Answer, error) {
		return d.Embed(t.Context(), embedding.Request{Texts: []string{text}, Model: "o"})
	}
	testbed.Until(t, "Ollama has loaded its model", func() bool { _, err := of("loaded"); return err == nil })
	want, err := of("a")
	if err != nil {
		t.Fatal(err)
	}
	embeds := func(fault testbed.Fault, times int) func(*http.Request) testbed.Fault {
		return func(r *http.Request) testbed.Fault {
			if r.URL.Path != "/api/embed" || times == 0 {
				return testbed.None
			}
			times--
			return fault
		}
	}
	for i, fault := range []testbed.Fault{testbed.Reset, testbed.CutAnswer, testbed.Failed, testbed.Busy} {
		text := fmt.Sprint("text ", i)
		faults.Set(embeds(fault, 1)) // once: the second try gets it
		if _, err := of(text); err != nil {
			t.Errorf("fault %d, once: %v", fault, err)
		}
		faults.Set(embeds(fault, -1))
		if _, err := of(text + " again"); !errors.Is(err, embedding.ErrProviderDown) {
			t.Errorf("fault %d, always: %v", fault, err)
		}
	}
	faults.Set(embeds(testbed.Stall, -1))
	if _, err := of("hangs"); !errors.Is(err, embedding.ErrEmbedTimeout) && !errors.Is(err, embedding.ErrProviderDown) {
		t.Errorf("it hangs: %v", err)
	}
	faults.Set(nil)
	testbed.Until(t, "it is asked again", func() bool { _, err := of("after"); return err == nil })
	if again, err := of("a"); err != nil || cosine(want.Vectors[0], again.Vectors[0]) < 0.9999 {
		t.Errorf("afterwards: %v", err)
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
