package vectord_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	addTexts = `{"items":[{"id":"a","text":"forklift operator nights"},{"id":"b","text":"registered nurse","metadata":{"city":"Austin"}}]}`
	atX      = "/vectors/index/x"
)

// An index of a model has its dimension and its revision. What the model does not give is
// refused with both numbers, and a model that is not known with those that are.
func TestAnIndexTakesItsDimensionFromItsModel(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	for _, more := range []string{``, `,"dimension":16`, `,"dimension":0`, `,"model_revision":"r1"`} {
		made := d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"`+more+`}`)
		if made["dimension"] != 16.0 || made["model"] != "words" || made["model_revision"] != "r1" {
			t.Errorf("%s: %v", more, made)
		}
		d.want(200, "", "POST", "/vectors/index", `{"name":"x","model":"words","if_not_exists":true}`)
		d.want(409, "index_exists", "POST", "/vectors/index", `{"name":"x","model":"words","model_revision":"r0","if_not_exists":true}`)
		d.want(409, "index_exists", "POST", "/vectors/index", `{"name":"x","model":"others","dimension":16,"if_not_exists":true}`)
		if _, err := d.send("DELETE", atX, ""); err != nil {
			t.Fatal(err)
		}
	}
	p := d.want(400, "dimension_mismatch", "POST", "/vectors/index", `{"name":"y","model":"words","dimension":384}`)
	if p["expected"] != 16.0 || p["got"] != 384.0 {
		t.Errorf("%v", p)
	}
	p = d.want(404, "model_not_found", "POST", "/vectors/index", `{"name":"y","model":"others"}`)
	if fmt.Sprint(p["models"]) != "[words]" {
		t.Errorf("%v", p)
	}
	d.want(404, "model_not_found", "POST", "/vectors/index", `{"name":"y","model":"others","dimension":2,"model_revision":"r1"}`)
	d.want(409, "model_changed", "POST", "/vectors/index", `{"name":"y","model":"words","model_revision":"r0"}`)
	d.want(400, "bad_index", "POST", "/vectors/index", `{"name":"y","dimension":2,"model_revision":"r0"}`)

	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	m.set(func(m *words) {
		m.reason = "numbers that are none came" // a moment ago
		m.refuses = func(string) error { return embedding.ErrBadProvider.Errorf("numbers that are none come still") }
	})
	d.want(502, "bad_embedding", "POST", "/vectors/index", `{"name":"y","model":"words","dimension":16}`)
	m.set(func(m *words) { m.refuses = nil })
	d.want(201, "", "POST", "/vectors/index", `{"name":"well","model":"words"}`)
	m.set(func(m *words) { m.reason, m.revision = "ollama does not answer", "" })
	d.want(503, "provider_unavailable", "POST", "/vectors/index", `{"name":"y","model":"words","dimension":16}`)
	m.set(func(m *words) { m.err = wire.Unavailable("embedd") })
	for more, helps := range map[string]bool{``: false, `,"dimension":16`: true} {
		p = d.want(503, "service_unavailable", "POST", "/vectors/index", `{"name":"y","model":"words"`+more+`}`)
		if p["service"] != "embedd" || strings.Contains(fmt.Sprint(p["detail"]), "leave the model out") != helps {
			t.Errorf("%v", p)
		}
	}
	m.set(func(m *words) { m.err = embedding.ErrRefused.Errorf("the key is refused") })
	if p = d.want(502, "provider_refused", "POST", "/vectors/index", `{"name":"y","model":"words","dimension":16}`); p["detail"] != "the key is refused" {
		t.Errorf("%v", p)
	}
	m.set(func(m *words) { m.err, m.revision = nil, "r2" })
	d.want(200, "", "POST", "/vectors/index", `{"name":"x","model":"words","if_not_exists":true}`) // with the revision that it has
	m.set(func(m *words) { m.err = wire.Unavailable("embedd") })
	d.want(200, "", "POST", "/vectors/index", `{"name":"x","model":"words","if_not_exists":true}`) // which needs no embedd
}

// Vectors are made of texts that come without, and those that come with one keep it.
func TestTextsBecomeVectors(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words","metric":"l2"}`)
	if added := d.want(200, "", "POST", atX+"/add", addTexts); added["added"] != 2.0 || added["truncated"] != nil {
		t.Errorf("%v", added)
	}
	own := vector.Vector{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3}
	added := d.mustAdd("x", vector.Item{ID: "c", Vector: own, Text: new("a text of another model")}, vector.Item{ID: "d", Text: new("one two three four five six seven")})
	if added.Added != 2 || added.Truncated != 1 {
		t.Errorf("%v", added)
	}
	for id, want := range map[string]vector.Vector{"a": ofWords("forklift operator nights", 16), "c": own, "d": ofWords("one two three four five six", 16)} {
		if got, err := d.Item(t.Context(), "x", id); err != nil || !slices.Equal(got.Vector, want) || !strings.Contains(string(got.Metadata), `"text"`) {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
	if got := strings.Join(m.asked(), ","); got != "forklift operator nights,one two three four five six seven,registered nurse" {
		t.Error(got)
	}
}

// A text of which no vector can be made is told by its item, and nothing of the batch is in.
func TestABadTextIsNamed(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	m.set(func(m *words) {
		m.refuses = func(text string) error {
			if text == "word 300" {
				return wire.AsProblem(badText())
			}
			return nil
		}
	})
	many := make([]vector.Item, 400)
	for i := range many {
		many[i] = vector.Item{ID: fmt.Sprint("i-", i), Text: new(fmt.Sprint("word ", i))}
	}
	_, err := d.Add(t.Context(), "x", many)
	if p := wire.AsProblem(err); p.Kind.Code != "bad_text" || fmt.Sprintf("%v %v", p.Fields["item"], p.Fields["id"]) != "300 i-300" {
		t.Errorf("%v %v", p, p.Fields)
	}
	for body, code := range map[string]string{
		`{"items":[{"id":"a","text":"fine"},{"id":"b","text":" \n"}]}`: "bad_text",
		`{"items":[{"id":"a","text":"fine"},{"id":"b"}]}`:              "bad_vector",
	} {
		if p := d.want(400, code, "POST", atX+"/add", body); p["item"] != 1.0 || p["id"] != "b" {
			t.Errorf("%v", p)
		}
	}
	if n, err := d.Count(t.Context(), "x", nil); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	m.set(func(m *words) { m.refuses = nil })
	d.mustAdd("x", many...)
	m.set(func(m *words) {
		for _, call := range m.calls {
			if len(call.Texts) > 128 || call.Revision != "r1" || call.InputType != "document" {
				t.Errorf("%d texts, revision %q, %s", len(call.Texts), call.Revision, call.InputType)
			}
		}
	})
}

// A search by a text goes by what the mode says, and without one by both sides. Where embedd is
// away it is refused, and never goes by words in silence.
func TestSearchesByTexts(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"bare","model":"words","text_fields":[]}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"plain","dimension":16}`)
	for _, name := range []string{"x", "bare"} {
		d.want(200, "", "POST", "/vectors/index/"+name+"/add", addTexts)
	}
	first := func(path, body string) map[string]any {
		t.Helper()
		found := d.want(200, "", "POST", path+"/search", body)
		list, _ := found["results"].([]any)
		if len(list) == 0 {
			t.Fatalf("%s %s: nothing", path, body)
		}
		one, _ := list[0].(map[string]any)
		if one["id"] != "b" {
			t.Errorf("%s %s: %v", path, body, one)
		}
		return one
	}
	if one := first(atX, `{"text":"registered nurse"}`); one["parts"] == nil {
		t.Errorf("not hybrid: %v", one)
	}
	if one := first(atX, `{"text":"registered nurse","mode":"vector"}`); one["parts"] != nil || one["distance"] == nil {
		t.Errorf("not by vectors: %v", one)
	}
	if one := first(atX, `{"text":"nurse","mode":"lexical"}`); one["distance"] != nil {
		t.Errorf("not by words: %v", one)
	}
	if one := first("/vectors/index/bare", `{"text":"registered nurse"}`); one["parts"] != nil || one["distance"] == nil {
		t.Errorf("not by vectors: %v", one)
	}
	d.want(400, "bad_search", "POST", "/vectors/index/plain/search", `{"text":"nurse","mode":"vector"}`)
	d.want(400, "bad_search", "POST", atX+"/search", `{"text":"nurse","mode":"meaning"}`)
	for _, mode := range []string{"vector", "hybrid"} {
		d.want(400, "bad_text", "POST", atX+"/search", `{"text":" \t","mode":"`+mode+`"}`)
	}
	m.set(func(m *words) { m.err = wire.Unavailable("embedd") })
	for _, more := range []string{``, `,"mode":"vector"`, `,"mode":"hybrid"`} {
		if p := d.want(503, "service_unavailable", "POST", atX+"/search", `{"text":"nurse"`+more+`}`); p["service"] != "embedd" || !strings.Contains(fmt.Sprint(p["detail"]), "lexical") {
			t.Errorf("%v", p)
		}
	}
	first(atX, `{"text":"nurse","mode":"lexical"}`)
	if p := d.want(503, "service_unavailable", "POST", atX+"/add", addTexts); p["service"] != "embedd" {
		t.Errorf("%v", p)
	}
}

// A question that is longer than the model reads is said to be.
func TestACutQuestionIsTold(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(200, "", "POST", atX+"/add", addTexts)
	for text, want := range map[string]any{"one two three four five six seven": true, "registered nurse": nil} {
		for _, mode := range []string{"vector", "hybrid"} {
			if found := d.want(200, "", "POST", atX+"/search", `{"text":"`+text+`","mode":"`+mode+`"}`); found["truncated"] != want {
				t.Errorf("%s, %s: %v", text, mode, found["truncated"])
			}
		}
	}
}

// An index whose model became another one, or is none of embedd's, answers for its vectors and
// words as any, and no vector that would not fit comes into it.
func TestAModelThatIsNotTheIndexs(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"own","model":"mine","dimension":2}`)
	d.want(200, "", "POST", atX+"/add", addTexts)
	own := "/vectors/index/own"
	works := func(path, vector string) {
		t.Helper()
		d.want(200, "", "POST", path+"/add", `{"items":[{"id":"v","vector":`+vector+`,"text":"by vector"}]}`)
		for _, search := range []string{`{"vector":` + vector + `}`, `{"text":"vector","mode":"lexical"}`, `{"text":"vector","vector":` + vector + `}`} {
			if found := d.want(200, "", "POST", path+"/search", search); len(found["results"].([]any)) == 0 {
				t.Errorf("%s: nothing", search)
			}
		}
	}
	works(own, "[1,0]")
	for _, request := range []string{"/add " + addTexts, `/search {"text":"nurse"}`, `/search {"text":"nurse","mode":"vector"}`} {
		path, body, _ := strings.Cut(request, " ")
		if p := d.want(404, "model_not_found", "POST", own+path, body); !strings.Contains(fmt.Sprint(p["detail"]), "mine") || !strings.Contains(fmt.Sprint(p["detail"]), "words") {
			t.Errorf("%v", p)
		}
	}
	m.set(func(m *words) { m.revision = "r2" })
	for _, request := range []string{"/add " + addTexts, `/search {"text":"nurse"}`} {
		path, body, _ := strings.Cut(request, " ")
		d.want(409, "model_changed", "POST", atX+path, body)
	}
	works(atX, "[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]")
	m.set(func(m *words) { m.revision, m.dimension = "r1", 4 }) // a provider that tells of no revision
	d.want(400, "dimension_mismatch", "POST", atX+"/add", addTexts)
	d.want(400, "dimension_mismatch", "POST", atX+"/search", `{"text":"nurse"}`)
}

// An index that was made when nobody knew its model has vectors of whoever filled it: it takes
// no texts either when embedd has a model of that name, in whatever revision, until it is made
// anew. Nor is an index made of a model that tells no revision.
func TestAnIndexOfAModelThatWasUnknown(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"mine","dimension":16}`)
	j.set(manyRows(0, 2)...)
	refused := func(status int, code string) {
		t.Helper()
		for at, body := range map[string]string{"/add": addTexts, "/search": `{"text":"nurse"}`} {
			p := d.want(status, code, "POST", atX+at, body)
			if words := fmt.Sprint(p["detail"]); !strings.Contains(words, "for good") || strings.Contains(words, "meanwhile") {
				t.Error(words)
			}
		}
		if p, _ := d.load("x", `{"sql":"SELECT * FROM jobs"}`)["problem"].(map[string]any); p["code"] != code {
			t.Errorf("%v", p)
		}
	}
	refused(404, "model_not_found")
	m.set(func(m *words) { m.name = "mine" })
	refused(409, "model_changed")
	if got := m.asked(); len(got) > 0 {
		t.Errorf("vectors were made of %q", got)
	}
	d.want(204, "", "DELETE", atX, "")
	m.set(func(m *words) { m.revision = "" })
	d.want(502, "bad_embedding", "POST", "/vectors/index", `{"name":"x","model":"mine"}`)
	m.set(func(m *words) { m.revision = "r1" })
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"mine"}`)
	d.want(200, "", "POST", atX+"/add", addTexts)
}

// The text of an item is what its vector was made of, and changes with it alone.
func TestATextChangesWithItsVectorAlone(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(200, "", "POST", atX+"/add", addTexts)
	for _, change := range []string{`"set":{"text":"welder"}`, `"set":{"text":null}`, `"remove":["text"]`} {
		d.want(400, "bad_item", "POST", atX+"/metadata", `{"ids":["a"],`+change+`}`)
	}
	d.want(200, "", "POST", atX+"/metadata", `{"ids":["a"],"set":{"city":"Boston"}}`)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"a","text":"welder"}]}`)
	if got, err := d.Item(t.Context(), "x", "a"); err != nil || !slices.Equal(got.Vector, ofWords("welder", 16)) {
		t.Errorf("%v %v", got, err)
	}
}

// Without embedd the daemon is ready, and says which indexes take no texts.
func TestReadyWithoutEmbedd(t *testing.T) {
	m := &words{revision: "r1", dimension: 16}
	peers := service.Peers{"storaged": testbed.StartStoraged(t).Base, "embedd": m.serve(t)}
	d := startAmong(t, peers)
	d.ready()
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"y","dimension":2}`)
	d.want(201, "", "POST", atX+"/snapshot", `{"name":"s"}`)
	d.stop()
	peers["embedd"] = "http://127.0.0.1:1"
	d = startAmong(t, peers)
	d.ready()
	d.until(func() bool { _, doc := d.send("GET", atX, ""); return doc["state"] == vector.Serving })
	if notes := fmt.Sprint(d.want(200, "", "GET", "/ready", "")["notes"]); !strings.Contains(notes, "embedd does not answer") || !strings.Contains(notes, "in x]") {
		t.Error(notes)
	}
	if x := d.want(200, "", "GET", atX, ""); x["model"] != "words" || x["model_revision"] != "r1" {
		t.Errorf("after a restart: %v", x)
	}
	if x := d.want(200, "", "POST", atX+"/restore", `{"snapshot":"s","as":"z"}`); x["model"] != "words" || x["model_revision"] != "r1" {
		t.Errorf("of a snapshot: %v", x)
	}
}
