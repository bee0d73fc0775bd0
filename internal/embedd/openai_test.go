package embedd_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

func (d *daemon) mustCreate(body string) embedding.OpenAIAnswer {
	d.t.Helper()
	resp, text, err := d.send(d.t.Context(), "POST", "/embeddings", body)
	if err != nil || resp.StatusCode != 200 {
		d.t.Fatalf("%s: %s, %v", body, text, err)
	}
	var answer embedding.OpenAIAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		d.t.Fatalf("%s: %s, %v", body, text, err)
	}
	return answer
}

func TestEmbeddingsAreOpenAIs(t *testing.T) {
	d := start(t, testbed.StartProvider(t))
	for _, body := range []string{
		`{"input":["aaaa","bb"],"model":"p"}`, `{"input":["aaaa","bb"],"encoding_format":"float","user":"u-1","dimensions":3}`,
		`{"input":["aaaa","bb"],"model":"q","encoding_format":"base64"}`,
	} {
		answer := d.mustCreate(body)
		if answer.Object != "list" || len(answer.Data) != 2 || answer.Usage != (embedding.OpenAIUsage{PromptTokens: 6, TotalTokens: 6}) || answer.Model == "" {
			t.Errorf("%s: %+v", body, answer)
		}
		for i, want := range []int{4, 2} {
			e := answer.Data[i]
			var v floats.Vector
			if strings.Contains(body, "base64") {
				var text string
				if err := json.Unmarshal(e.Embedding, &text); err != nil {
					t.Fatal(err)
				}
				v = embedding.ParseBase64(text)
			} else if err := json.Unmarshal(e.Embedding, &v); err != nil {
				t.Fatal(err)
			}
			if e.Object != "embedding" || e.Index != i || e.Truncated || len(v) != 3 || testbed.BytesOf(v) != want {
				t.Errorf("%s: %+v %v", body, e, v)
			}
		}
	}
	if answer := d.mustCreate(`{"input":"aaaa"}`); len(answer.Data) != 1 || string(answer.Data[0].Embedding) != "[0.6,0.8,0]" {
		t.Errorf("one text: %+v", answer)
	}
	if answer := d.mustCreate(asJSON(map[string]any{"input": []string{"a", strings.Repeat("a", 200)}})); answer.Data[0].Truncated || !answer.Data[1].Truncated {
		t.Errorf("a long text: %+v", answer)
	}
}

// A dimension that the model has not costs no call of it, once its own is known.
func TestAWrongDimensionIsRefusedBeforeTheWork(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	for i, c := range []struct {
		model string
		calls int
	}{{"minilm", 0}, {"p", 1}, {"p", 1}, {"q", 2}, {"q", 2}} { // each learns its own by the first
		d.want(400, "dimensions_not_supported", "/embeddings", `{"input":"night shift `+strconv.Itoa(i)+`","dimensions":7,"model":"`+c.model+`"}`)
		if n := len(p.Calls()); n != c.calls {
			t.Errorf("%s: %d calls, want %d", c.model, n, c.calls)
		}
	}
	if n := d.metric("lakehouse_embedd_texts_total"); n != 2 {
		t.Errorf("%v texts were made vectors of", n)
	}
}

func TestErrorsOfEmbeddingsAreOpenAIs(t *testing.T) {
	d := start(t, testbed.StartProvider(t))
	for _, c := range []struct {
		body        string
		status      int
		code, about string
	}{
		{`{}`, 400, "bad_request", "input"},
		{`{"input":null}`, 400, "bad_request", "input"},
		{`{"input":{}}`, 400, "bad_request", "input"},
		{`{"input" : 7 }`, 400, "bad_request", "input"},
		{`{"input" : [1,2,3] }`, 400, "not_supported", "input"},
		{`{"input":[[1,2],[3]]}`, 400, "not_supported", "input"},
		{`{"input":[ [1]]}`, 400, "not_supported", "input"},
		{`{"input":["a",1]}`, 400, "not_supported", "input"},
		{`{"input":[1` + strings.Repeat(",1", 2*embedding.MaxTexts) + `]}`, 400, "not_supported", "input"},
		{`{"input":["a"` + strings.Repeat(`,"a"`, embedding.MaxTexts) + `]}`, 413, "too_many_texts", "input"},
		{`{"input":[null` + strings.Repeat(`,1`, embedding.MaxTexts) + `]}`, 413, "too_many_texts", "input"},
		{`{"input":""}`, 400, "bad_text", "input"},
		{`{"input":["a","  "]}`, 400, "bad_text", "input"},
		{`{"input":[]}`, 400, "bad_text", "input"},
		{`{"input":"a","model":"text-embedding-3-small"}`, 404, "model_not_found", "model"},
		{`{"input":"a","dimensions":2}`, 400, "dimensions_not_supported", "dimensions"},
		{`{"input":"a","encoding_format":"int8"}`, 400, "bad_request", "encoding_format"},
		{`{"input":"a","truncate":true}`, 400, "unknown_field", "truncate"},
		{`{"input":"a"`, 400, "bad_request", ""},
	} {
		doc := d.want(c.status, c.code, "/embeddings", c.body)
		param, _ := doc["param"].(string)
		keys := []string{}
		for key := range doc {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		if param != c.about || doc["type"] != "invalid_request_error" || !slices.Equal(keys, []string{"code", "message", "param", "type"}) {
			t.Errorf("%s: %v", c.body, doc)
		}
	}
}
