package embedd_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestTextsBecomeVectorsInTheirOrder(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	for _, model := range []string{"", "p", "q"} {
		var texts []string
		for i := range 200 { // several batches, and the same text in two of them
			texts = append(texts, strings.Repeat("a", 1+i%90))
		}
		answer := d.mustEmbed(embedding.Request{Texts: texts, Model: model})
		if want := max(model, "p"); answer.Model != want || answer.Dimension != 3 || len(answer.Vectors) != 200 || len(answer.Truncated) != 200 {
			t.Fatalf("%q: %s, %d, %d", model, answer.Model, answer.Dimension, len(answer.Vectors))
		}
		for i, v := range answer.Vectors {
			length := math.Sqrt(float64(v[0])*float64(v[0]) + float64(v[1])*float64(v[1]))
			if testbed.BytesOf(v) != len(texts[i]) || math.Abs(length-1) > 1e-6 || answer.Truncated[i] {
				t.Errorf("%q, text %d: %v", model, i, v)
			}
		}
	}
	if sent := d.metric("lakehouse_embedd_texts_total"); sent != 180 {
		t.Errorf("%v texts were made vectors of", sent)
	}
	resp, text, err := d.send(t.Context(), http.MethodPost, "/embed", `{"texts":["aaaa"]}`)
	if want := `{"model":"p","dimension":3,"vectors":[[0.6,0.8,0]],"truncated":[false]}` + "\n"; err != nil || string(text) != want || resp.ContentLength != int64(len(want)) {
		t.Errorf("got %s with a length of %d, %v", text, resp.ContentLength, err)
	}
}

func TestBadTextsAreRefusedByNumber(t *testing.T) {
	d := start(t, testbed.StartProvider(t))
	many := func(n int) string { return `{"texts":[` + strings.Repeat(`"a",`, n-1) + `"a"]}` }
	for _, c := range []struct {
		body   string
		status int
		code   string
		member string
		value  any
	}{
		{`{"texts":[]}`, 400, "bad_text", "field", "texts"},
		{`{}`, 400, "bad_text", "field", "texts"},
		{`{"texts":null}`, 400, "bad_text", "field", "texts"},
		{`{"texts":["a",""]}`, 400, "bad_text", "item", 1.0},
		{`{"texts":["a"," \n\t\u00a0\u2003"]}`, 400, "bad_text", "item", 1.0},
		{`{"texts":["a","b",null]}`, 400, "bad_text", "item", 2.0},
		{`{"texts":["🦺🏗️","👷"]}`, 200, "", "", nil},
		{`{"texts":["a\u0000b","\u0007","\u0000"]}`, 200, "", "", nil},
		{"{\"texts\":[\"a\xff\"]}", 400, "bad_request", "", nil},
		{`{"texts":["a"],"input_type":"question"}`, 400, "bad_request", "field", "input_type"},
		{`{"texts":"a"}`, 400, "bad_request", "field", "texts"},
		{`{"texts":[1]}`, 400, "bad_request", "field", "texts"},
		{`{"text":["a"]}`, 400, "unknown_field", "field", "text"},
		{`{"texts":["a"],"model":"gpt"}`, 404, "model_not_found", "field", "model"},
		{many(embedding.MaxTexts), 200, "", "", nil},
		{many(embedding.MaxTexts + 1), 413, "too_many_texts", "limit", float64(embedding.MaxTexts)},
		{`{"texts":[` + strings.Repeat("{},", 10_000) + `1]}`, 413, "too_many_texts", "limit", float64(embedding.MaxTexts)},
		{many(10_000), 413, "too_many_texts", "limit", float64(embedding.MaxTexts)},
	} {
		doc := d.want(c.status, c.code, "/embed", c.body)
		if c.member != "" && doc[c.member] != c.value {
			t.Errorf("%.60s: %s is %v, want %v", c.body, c.member, doc[c.member], c.value)
		}
	}
	long := strings.Repeat("x", 1<<20) // which is not said back
	for _, field := range []string{"model", "input_type", "revision"} {
		_, answer, err := d.send(t.Context(), http.MethodPost, "/embed", `{"texts":["a"],"`+field+`":"`+long+`"}`)
		if err != nil || len(answer) > 2000 {
			t.Errorf("a long %s: an answer of %d bytes, %v", field, len(answer), err)
		}
	}
	if doc := d.want(404, "model_not_found", "/embed", `{"texts":["a"],"model":"gpt"}`); !strings.Contains(doc["detail"].(string), "p, minilm, q") {
		t.Errorf("the known ones: %v", doc)
	}
}

func TestLongTextsAreCutOrRefused(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	huge := strings.Repeat("word ", 2<<20) // 10 MB
	for _, model := range []string{"p", "q"} {
		answer := d.mustEmbed(embedding.Request{Texts: []string{"short", huge}, Model: model})
		if answer.Truncated[0] || !answer.Truncated[1] {
			t.Errorf("%s: %v", model, answer.Truncated)
		}
		no := false
		doc := d.want(400, "text_too_long", "/embed", asJSON(embedding.Request{Texts: []string{huge[:200], "short", huge[:300]}, Model: model, Truncate: &no}))
		if items := fmt.Sprint(doc["items"]); items != "[0 2]" {
			t.Errorf("%s: items %s", model, items)
		}
		d.want(200, "", "/embed", asJSON(embedding.Request{Texts: []string{"short"}, Model: model, Truncate: &no}))
	}
	for _, call := range p.Calls() {
		for _, text := range call {
			if len(text) > 64<<10 {
				t.Errorf("%d bytes of a text were sent", len(text))
			}
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	d := start(t, testbed.StartProvider(t), func(c *embedd.Config) { c.MaxBodyBytes = 1 << 10 })
	long := asJSON(embedding.Request{Texts: []string{strings.Repeat("a", 2<<10)}})
	d.want(413, "body_too_large", "/embed", long)
	d.want(413, "body_too_large", "/embeddings", long)
}

func TestModelsThatTellQuestionsApartGetTheirPrefixes(t *testing.T) {
	p := testbed.StartProvider(t)
	own := "q: "
	d := start(t, p, func(c *embedd.Config) {
		c.Models["nomic-embed-text"] = remote.Config{Provider: remote.OpenAI, URL: p.URL + "/v1"}
		c.Models["own"] = remote.Config{Provider: remote.OpenAI, URL: p.URL + "/v1", QueryPrefix: &own}
	})
	for _, c := range []struct {
		model string
		as    embedding.InputType
		sent  string
	}{
		{"nomic-embed-text", "", "search_document: a"}, {"nomic-embed-text", embedding.Query, "search_query: a"},
		{"own", embedding.Document, "a"}, {"own", embedding.Query, "q: a"}, {"p", embedding.Query, "a"},
	} {
		d.mustEmbed(embedding.Request{Texts: []string{"a"}, Model: c.model, InputType: c.as})
		if calls := p.Calls(); calls[len(calls)-1][0] != c.sent {
			t.Errorf("%s as %q: %q was sent", c.model, c.as, calls[len(calls)-1][0])
		}
	}
}

// A revision that was named is the one that the vectors are of, or there are none.
func TestARevisionIsHeld(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	list, err := d.Models(t.Context())
	if err != nil || len(list.Models) != 3 || list.Models[0].Name != "p" || !list.Models[0].Default || list.Models[0].Revision != "sha256:d1" {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, m := range list.Models {
		if m.Revision == "" {
			t.Errorf("%+v", m)
		}
	}
	was := list.Models[0].Revision
	d.mustEmbed(embedding.Request{Texts: []string{"a"}, Revision: was})
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool {
		p.Become("d2")
		return false
	})
	d.mustEmbed(embedding.Request{Texts: []string{"b"}}) // of the new one: nobody asked for another
	doc := d.want(409, "model_changed", "/embed", asJSON(embedding.Request{Texts: []string{"a"}, Revision: was}))
	if doc["expected"] != was || doc["revision"] != "sha256:d2" || doc["model"] != "p" {
		t.Errorf("%v", doc)
	}
	d.want(409, "model_changed", "/embed", asJSON(embedding.Request{Texts: []string{"a"}, Model: "q", Revision: was}))
	d.mustEmbed(embedding.Request{Texts: []string{"b"}, Model: "q", Revision: list.Models[2].Revision})
	if calls := p.Calls(); len(calls) != 3 { // b by each: nothing of what was made before is taken for it
		t.Errorf("%v", calls)
	}
}

// Who names no revision has the vectors of the new model, also where these are of another
// dimension.
func TestAModelThatBecomesOneOfAnotherDimensionIsTaken(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	d.mustEmbed(embedding.Request{Texts: []string{"a"}})
	p.Become("d2")
	p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		_, _ = w.Write([]byte(`{"embeddings":[[3,4]]}`))
		return true
	})
	if answer := d.mustEmbed(embedding.Request{Texts: []string{"b"}}); answer.Dimension != 2 || answer.Vectors[0][1] != 0.8 {
		t.Errorf("%+v", answer)
	}
}

func TestAThousandIdenticalTextsAreComputedOnce(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool {
		testbed.Until(t, "all others wait for the first", func() bool {
			return d.metric("lakehouse_embedd_cache_shared_total") == 999
		})
		return false
	})
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			answer, err := d.Embed(t.Context(), embedding.Request{Texts: []string{"the same"}})
			if err != nil || testbed.BytesOf(answer.Vectors[0]) != 8 {
				t.Errorf("%v, %v", answer, err)
			}
		})
	}
	all.Wait()
	if calls := p.Calls(); len(calls) != 1 || len(calls[0]) != 1 {
		t.Errorf("%d calls", len(calls))
	}
	d.mustEmbed(embedding.Request{Texts: []string{"the same"}})
	if hits := d.metric("lakehouse_embedd_cache_hits_total"); hits != 1 {
		t.Errorf("%v hits", hits)
	}
}

// The model that is asked for is the one that answers, or nobody: not another in its place.
func TestAProviderThatIsDownIsToldAndNotReplaced(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) {
		c.Models["down"] = remote.Config{Provider: remote.Ollama, URL: "http://127.0.0.1:1"}
	})
	doc := d.want(503, "provider_unavailable", "/embed", `{"texts":["a"],"model":"down"}`)
	if doc["provider"] != "ollama" || !strings.Contains(doc["detail"].(string), "ollama serve") || doc["retry_after_ms"] == nil {
		t.Errorf("%v", doc)
	}
	var state service.Readiness
	if err := d.JSON(t.Context(), http.MethodGet, "/ready", nil, nil, &state); err != nil || len(state.Notes) != 1 || !strings.Contains(state.Notes[0], "the model down") {
		t.Errorf("a model that is not the default: %+v, %v", state, err)
	}
	d = start(t, p, func(c *embedd.Config) {
		c.Models["p"] = remote.Config{Provider: remote.Ollama, URL: p.URL, Model: "absent"}
	})
	if err := d.JSON(t.Context(), http.MethodGet, "/ready", nil, nil, nil); !errors.Is(err, wire.ErrNotReady) || !strings.Contains(err.Error(), "ollama pull absent") {
		t.Errorf("the default: %v", err)
	}
}
