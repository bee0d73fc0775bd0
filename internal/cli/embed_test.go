package cli_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Texts become vectors that are shown by their beginnings, or written whole.
func TestTextsAreEmbedded(t *testing.T) {
	clean(t)
	edge := startEdge(t, service.Tokens{},
		service.Route{Method: "POST", Path: "/v1/embed", ID: "embed", Access: service.Read, Body: &service.Body{Type: embedding.Request{}}, Handle: func(w http.ResponseWriter, r *http.Request) error {
			var asked embedding.Request
			if err := wire.ReadJSON(r, &asked); err != nil {
				return err
			}
			if asked.Model == "other" {
				return embedding.ErrModelNotFound.Errorf("there is no model other; there is words")
			}
			if asked.Model == "amiss" {
				return embedding.ErrRefused.Errorf("it does not take the key still")
			}
			if asked.Revision != "r1" {
				return embedding.ErrModelChanged.Errorf("words has the revision r1, and not %q", asked.Revision)
			}
			if i := slices.Index(asked.Texts, "nothing"); i >= 0 {
				return embedding.ErrBadText.Errorf("text %d is empty", i).With("item", i)
			}
			answer := embedding.Answer{Model: "words", Dimension: 5}
			if slices.Contains(asked.Texts, "another model") {
				answer.Dimension = 6
			}
			for _, text := range asked.Texts {
				first := float32(0.5)
				if asked.InputType == embedding.Query {
					first = -0.25
				}
				answer.Vectors = append(answer.Vectors, []float32{first, 0, 0, 0, float32(len(text))})
				answer.Truncated = append(answer.Truncated, strings.HasPrefix(text, "long"))
			}
			return wire.WriteJSON(w, http.StatusOK, answer)
		}},
		service.Route{Method: "GET", Path: "/v1/embed/models", ID: "models", Access: service.Read, Handle: func(w http.ResponseWriter, _ *http.Request) error {
			return wire.WriteJSON(w, http.StatusOK, embedding.Models{Models: []embedding.Model{{Name: "words", Default: true, Ready: true, Revision: "r1"}, {Name: "other", Ready: true}, {Name: "away", Reason: "it does not answer"}, {Name: "amiss", Revision: "r1", Reason: "it did not take the key"}}})
		}})
	t.Setenv("LAKEHOUSE_GATEWAY", edge.url)
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"embed", "night\tshift", "long text"}, 0, "│ night shift │  0.5000  0.0000  0.0000  0.0000 … │           │\n│ long text   │  0.5000  0.0000  0.0000  0.0000 … │ yes       │\n", "2 vectors by words, of 5 dimensions\n"},
		{[]string{"embed", "a", "--input-type", "query", "--format", "json"}, 0, `{"model":"words","dimension":5,"vectors":[[-0.25,0,0,0,1]],"truncated":[false]}` + "\n", ""},
		{[]string{"embed", "a", "nothing"}, 1, "", "text 2 is empty"},
		{[]string{"embed", "a", "--model", "other"}, 1, "", "[model_not_found]"},
		{[]string{"embed", "a", "--model", "away"}, 1, "", "it does not answer"},
		{[]string{"embed", "a", "--model", "amiss"}, 1, "", "still [provider_refused]"},
		{[]string{"models"}, 0, "│ words │ yes     │          │           │        │ ready     │ r1       │", "away is not ready: it does not answer\n"},
		{[]string{"models", "--json"}, 0, `"revision": "r1"`, ""},
		{[]string{"__complete", "embed", "--model", "w"}, 0, "words\n", ""},
		{[]string{"__complete", "index", "create", "x", "--model", "o"}, 0, "other\n", ""},
	} {
		code, stdout, stderr := run(t, c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%q: %d\n%s%s", c.args, code, stdout, stderr)
		}
	}
	stdout := runWith(t, strings.NewReader("one\n\n"+strings.Repeat("x\n", 300)), "embed", "--json")
	if n := strings.Count(stdout, "[0.5,"); n != 301 {
		t.Errorf("%d vectors of 301 lines", n)
	}
	var answer embedding.Answer
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || len(answer.Vectors) != 301 || len(answer.Truncated) != 301 {
		t.Errorf("%v: %d vectors, %d truncated", err, len(answer.Vectors), len(answer.Truncated))
	}
	code, stdout, stderr := runIn(t, strings.NewReader(strings.Repeat("x\n\n", 300)+"nothing\n"), "embed")
	if code != 1 || !strings.Contains(stderr, "line 601 is empty") || strings.Count(stdout, "│ x ") != 256 {
		t.Errorf("a bad text behind what was answered: %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = runIn(t, strings.NewReader(strings.Repeat("x\n", 300)+"another model\n"), "embed", "--json")
	if json.Valid([]byte(stdout)) || code != 1 || !strings.Contains(stderr, "[model_changed]") {
		t.Errorf("vectors of two models: %d\n%s", code, stderr)
	}
	if code, _, stderr := runIn(t, strings.NewReader("one\n\n\n"+strings.Repeat("x", 33<<20)), "embed"); code != 1 || !strings.Contains(stderr, "line 4") {
		t.Errorf("a line that is too long: %d\n%s", code, stderr)
	}
	if code, _, stderr := runIn(t, strings.NewReader("\n \n"), "embed"); code != 2 || !strings.Contains(stderr, "holds no text") {
		t.Errorf("no text: %d\n%s", code, stderr)
	}
}

// A text is searched for in the index that is named, or in the only one with a model.
func TestATextFindsItsIndex(t *testing.T) {
	clean(t)
	indexes := []vector.Index{{Name: "plain", Aliases: []string{"also"}}, {Name: "texts", Shape: vector.Shape{Model: "words", ModelRevision: "r1"}}, {Name: "brought", Shape: vector.Shape{Model: "another's"}}}
	edge := startEdge(t, service.Tokens{},
		service.Route{Method: "GET", Path: "/v1/vectors/index", ID: "list", Access: service.Read, AnyQuery: true, Handle: func(w http.ResponseWriter, _ *http.Request) error {
			return wire.WriteJSON(w, http.StatusOK, vector.Indexes{Indexes: indexes})
		}},
		service.Route{Method: "POST", Path: "/v1/vectors/index/{name}/search", ID: "search", Access: service.Read, Body: &service.Body{Type: vector.Search{}}, Handle: func(w http.ResponseWriter, r *http.Request) error {
			var asked vector.Search
			if err := wire.ReadJSON(r, &asked); err != nil {
				return err
			}
			mode := map[string]vector.Mode{"texts": vector.Hybrid, "plain": vector.ByWords}[chi.URLParam(r, "name")]
			switch {
			case chi.URLParam(r, "name") == "hospital":
				return vector.ErrIndexNotFound.Errorf("there is no index hospital")
			case asked.Text == "" || asked.Mode != "":
				mode = ""
			}
			return wire.WriteJSON(w, http.StatusOK, vector.Found{Mode: mode, Results: []vector.Result{{ID: "in-" + chi.URLParam(r, "name") + "-" + asked.Text + string(asked.Mode)}}, Truncated: asked.Text == "long"})
		}})
	t.Setenv("LAKEHOUSE_GATEWAY", edge.url)
	finds := func(code int, says string, args ...string) {
		t.Helper()
		got, stdout, stderr := run(t, slices.Concat([]string{"search"}, args)...)
		if got != code || !strings.Contains(stdout+stderr, says) {
			t.Errorf("%q: %d\n%s%s, want %q", args, got, stdout, stderr, says)
		}
	}
	if list := runWith(t, nil, "index", "list"); !strings.Contains(list, "│ words ") || !strings.Contains(list, "│ another's (takes no texts) │") {
		t.Error(list)
	}
	finds(0, "│ in-texts-welder │", "welder")
	finds(0, "│ in-plain-welder │", "plain", "welder")
	finds(0, "│ in-plain-welder │", "welder", "--index", "plain")
	finds(0, "│ in-plain-welderlexical │", "welder", "--index", "plain", "--mode", "lexical")
	finds(0, "1 result, mode hybrid; the text is longer than the model reads, and its beginning was searched for", "texts", "long")
	finds(0, "│ in-plain- │", "plain", "--like", "a")
	finds(0, "│ in-plain-welder │", "welder", "--like", "a", "--index", "plain")
	finds(0, "1 result by words alone, since the index has no model", "plain", "welder")
	finds(0, "1 result, mode hybrid\n", "welder")
	finds(0, "1 result\n", "plain", "welder", "--mode", "lexical")
	finds(0, "1 result\n", "plain", "--like", "a")
	finds(1, "if hospital is of the text, write it in quotes", "hospital", "staff")
	finds(2, "plain is an index", "plain")
	finds(2, "also is an index", "also")
	indexes = append(indexes, vector.Index{Name: "more", Shape: vector.Shape{Model: "words", ModelRevision: "r1"}})
	finds(2, "texts, more; name one by --index", "welder")
	indexes = indexes[:1]
	finds(2, "no index has a model", "welder")
	indexes = nil
	finds(2, "lakehouse index create NAME --model minilm", "welder")
}
