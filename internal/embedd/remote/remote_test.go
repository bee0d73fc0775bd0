package remote_test

import (
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestVectorsComeInOrderAndOfLengthOne(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		m := remote.New("mine", c)
		made, err := embed(t, m, "a", "abcd", "ab")
		if err != nil {
			t.Fatal(err)
		}
		tokens := 0
		for i, want := range []int{1, 4, 2} {
			v, length := made[i].Vector, 0.0
			for _, f := range v {
				length += float64(f) * float64(f)
			}
			if testbed.BytesOf(v) != want || math.Abs(length-1) > 1e-6 || made[i].Truncated || made[i].Tokens == 0 {
				t.Errorf("text %d: %+v", i, made[i])
			}
			tokens += made[i].Tokens
		}
		if tokens != 7 || len(p.Calls()) != 1 || m.Dimension() != 3 {
			t.Errorf("%d tokens in %d calls, dimension %d", tokens, len(p.Calls()), m.Dimension())
		}
	})
}

// Those that are too long are found by halves, and cut; the others are not.
func TestOverlongTextsAreCutAndTold(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		m := remote.New("mine", c)
		var texts []string
		for i := range 16 {
			texts = append(texts, strings.Repeat("a", i+1))
		}
		texts[5], texts[6] = strings.Repeat("b", 250), strings.Repeat("c", 101)
		made, err := embed(t, m, texts...)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range made {
			long := i == 5 || i == 6
			if e.Truncated != long || !long && testbed.BytesOf(e.Vector) != i+1 || testbed.BytesOf(e.Vector) > testbed.ProviderReads {
				t.Errorf("text %d of %d letters: %d, %v", i, len(texts[i]), testbed.BytesOf(e.Vector), e.Truncated)
			}
		}
	})
}

// Of a text that is too long the model reads nearly as much as it can, in whatever script, and
// that takes few calls.
func TestOfAnOverlongTextNearlyAllIsReadThatCanBe(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		for _, letter := range []string{"a", "д", "夜", "🦺"} {
			for _, length := range []int{testbed.ProviderReads + 4, 60_000} {
				p.Fails(nil)
				made, err := embed(t, remote.New("mine", c), strings.Repeat(letter, length/len(letter)))
				if err != nil {
					t.Errorf("%d bytes of %s: %v", length, letter, err)
					continue
				}
				if read := testbed.BytesOf(made[0].Vector); !made[0].Truncated || read > testbed.ProviderReads || read < testbed.ProviderReads*7/8 || len(p.Calls()) > 17 {
					t.Errorf("%d bytes of %s: %d were read, %v, in %d calls", length, letter, read, made[0].Truncated, len(p.Calls()))
				}
			}
		}
	})
}

func TestATextOfWhichNothingIsTakenIsRefused(t *testing.T) {
	p := testbed.StartProvider(t)
	p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return true
	})
	for _, text := range []string{"夜", strings.Repeat("夜", 20_000)} {
		if _, err := embed(t, remote.New("mine", configOf(p, remote.OpenAI)), text); !errors.Is(err, embedding.ErrRefused) || len(p.Calls()) > 20 {
			t.Errorf("%d bytes: %v after %d calls", len(text), err, len(p.Calls()))
		}
	}
}

func TestTextsAreCutToABoundBeforeTheyAreSent(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		c.MaxChars = 10
		made, err := embed(t, remote.New("mine", c), strings.Repeat("ä", 1<<20), "0123456789")
		if err != nil || !made[0].Truncated || made[1].Truncated {
			t.Fatalf("%+v, %v", made, err)
		}
		if sent := p.Calls()[0][0]; sent != strings.Repeat("ä", 10) {
			t.Errorf("%d bytes were sent", len(sent))
		}
	})
}

func TestWhatCannotBeUsedIsRefused(t *testing.T) {
	for what, body := range map[string]string{
		"a vector is missing":   `{"embeddings":[[1,2,3]],"data":[{"index":0,"embedding":[1,2,3]}]}`,
		"one is short":          `{"embeddings":[[1,2,3],[1,2]],"data":[{"index":0,"embedding":[1,2,3]},{"index":1,"embedding":[1,2]}]}`,
		"one is zero":           `{"embeddings":[[1,2,3],[0,0,0]],"data":[{"index":0,"embedding":[1,2,3]},{"index":1,"embedding":[0,0,0]}]}`,
		"one is empty":          `{"embeddings":[[],[]],"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`,
		"numbers are null":      `{"embeddings":[[1,2,null],[1,2,3]],"data":[{"index":0,"embedding":[1,2,null]},{"index":1,"embedding":[1,2,3]}]}`,
		"numbers are texts":     `{"embeddings":[["NaN",2,3],[1,2,3]],"data":[{"index":0,"embedding":["NaN",2,3]},{"index":1,"embedding":[1,2,3]}]}`,
		"NaN, which is no JSON": `{"embeddings":[[NaN,2,3],[1,2,3]],"data":[{"index":0,"embedding":[NaN,2,3]},{"index":1,"embedding":[1,2,3]}]}`,
		"one is infinite":       `{"embeddings":[[1e39,2,3],[1,2,3]],"data":[{"index":0,"embedding":[1e39,2,3]},{"index":1,"embedding":[1,2,3]}]}`,
		"one number twice":      `{"embeddings":[],"data":[{"index":0,"embedding":[1,2,3]},{"index":0,"embedding":[1,2,3]}]}`,
		"a number too high":     `{"embeddings":[],"data":[{"index":0,"embedding":[1,2,3]},{"index":2,"embedding":[1,2,3]}]}`,
		"base64 of NaN":         `{"embeddings":[],"data":[{"index":0,"embedding":"AADAfwAAwH8AAMB/"},{"index":1,"embedding":"AADAfwAAwH8AAMB/"}]}`,
		"no JSON":               `<html>secret text</html>`,
		"nothing":               ``,
	} {
		each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
			p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				_, _ = w.Write([]byte(body))
				return true
			})
			_, err := embed(t, remote.New("mine", c), "a secret text", "b")
			if !errors.Is(err, embedding.ErrBadProvider) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", what, err)
			}
			if len(p.Calls()) != 1 {
				t.Errorf("%s: asked %d times", what, len(p.Calls()))
			}
		})
	}
}

// The dimension is that of the configuration, or of the first vectors of a revision.
func TestTheDimensionIsHeld(t *testing.T) {
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		c.Dimension = 4
		if _, err := embed(t, remote.New("mine", c), "a"); !errors.Is(err, embedding.ErrBadProvider) {
			t.Errorf("of 3, where 4 are configured: %v", err)
		}
		c.Dimension = 0
		m := remote.New("mine", c)
		if _, err := embed(t, m, "a"); err != nil {
			t.Fatal(err)
		}
		p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			_, _ = w.Write([]byte(`{"embeddings":[[1,2]],"data":[{"index":0,"embedding":[1,2]}]}`))
			return true
		})
		if _, err := embed(t, m, "b"); !errors.Is(err, embedding.ErrBadProvider) {
			t.Errorf("of 2, where 3 came before: %v", err)
		}
	})
}

func TestFaultsThatPassAreTriedAgain(t *testing.T) {
	breakOff := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte(`{"embeddings":[[1,2`))
	}
	status := func(code int, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	for what, f := range map[string]struct {
		answer func(http.ResponseWriter)
		calls  int
		kind   *wire.Kind // where it stays so
	}{
		"500":                 {status(500, `{"error":"a text"}`), 2, embedding.ErrProviderDown},
		"503":                 {status(503, ``), 2, embedding.ErrProviderDown},
		"429":                 {status(429, `{"error":{"code":"rate_limit_exceeded","message":"a text"}}`), 2, embedding.ErrProviderDown},
		"it breaks off":       {breakOff, 2, embedding.ErrProviderDown},
		"no quota":            {status(429, `{"error":{"code":"insufficient_quota","message":"a text"}}`), 1, embedding.ErrRefused},
		"the key":             {status(401, `{"error":{"message":"a text"}}`), 1, embedding.ErrRefused},
		"not allowed":         {status(403, ``), 1, embedding.ErrRefused},
		"it does not like it": {status(422, `{"error":"a text"}`), 1, embedding.ErrRefused},
		"it redirects":        {func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(307) }, 1, embedding.ErrRefused},
		"a long wait":         {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "600"); w.WriteHeader(503) }, 1, embedding.ErrProviderDown},
	} {
		each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
			m := remote.New("mine", c)
			p.Fails(func(w http.ResponseWriter, _ *http.Request, call int) bool {
				if call == 1 {
					f.answer(w)
				}
				return call == 1
			})
			if _, err := embed(t, m, "a"); (err == nil) != (f.calls == 2) {
				t.Errorf("%s, once: %v", what, err)
			}
			p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool { f.answer(w); return true })
			_, err := embed(t, m, "a text")
			if !errors.Is(err, f.kind) || len(p.Calls()) != f.calls || strings.Contains(err.Error(), "a text") {
				t.Errorf("%s, always: %v after %d calls", what, err, len(p.Calls()))
			}
			if problem := wire.AsProblem(err); what == "a long wait" && problem.RetryAfter != 10*time.Minute {
				t.Errorf("%s: come again after %v", what, problem.RetryAfter)
			}
		})
	}
}

// One that does not know the packed format is asked for numbers from then on.
func TestAProviderThatKnowsNoFormatsIsAskedForNumbers(t *testing.T) {
	p := testbed.StartProvider(t)
	p.Fails(func(w http.ResponseWriter, _ *http.Request, call int) bool {
		if call == 1 {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"error":{"message":"Unsupported parameter: encoding_format"}}`))
		}
		return call == 1
	})
	m := remote.New("mine", configOf(p, remote.OpenAI))
	for want := 2; want < 4; want++ {
		if _, err := embed(t, m, "a"); err != nil || len(p.Calls()) != want {
			t.Errorf("%d calls, %v", len(p.Calls()), err)
		}
	}
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	for key, c := range map[string]remote.Config{
		"provider":       {Provider: "openrouter"},
		"url is missing": {Provider: remote.OpenAI},
		"url has":        {Provider: remote.Ollama, URL: "127.0.0.1:11434"},
		"in the clear":   {Provider: remote.OpenAI, URL: "http://example.com/v1", KeyFile: "/key"},
		"keep_alive":     {Provider: remote.Ollama, KeepAlive: "-1"},
		"max_batch":      {Provider: remote.Ollama, MaxBatch: 10_000},
		"dimension":      {Provider: remote.Ollama, Dimension: -1},
		"revision":       {Provider: remote.Ollama, Revision: "r"},
	} {
		if err := c.Check("embedd.models.x"); err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "[embedd.models.x]") {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, c := range []remote.Config{
		{Provider: remote.Ollama}, {Provider: remote.Ollama, KeepAlive: "-1s"},
		{Provider: remote.OpenAI, URL: "http://127.0.0.1:8000/v1", KeyFile: "/key"}, {Provider: remote.OpenAI, URL: "https://example.com/v1", KeyFile: "/key"},
	} {
		if err := c.Check("embedd.models.x"); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNotThereIsToldWithItsRemedy(t *testing.T) {
	p := testbed.StartProvider(t)
	c := configOf(p, remote.Ollama)
	c.Model = "nomic-embed-text"
	if _, err := embed(t, remote.New("mine", c), "a"); !errors.Is(err, embedding.ErrProviderDown) || !strings.Contains(err.Error(), "ollama pull nomic-embed-text") {
		t.Errorf("a model that was not pulled: %v", err)
	}
	c.URL = "http://127.0.0.1:1"
	if _, err := embed(t, remote.New("mine", c), "a"); !errors.Is(err, embedding.ErrProviderDown) || !strings.Contains(err.Error(), "ollama serve") {
		t.Errorf("Ollama that does not run: %v", err)
	}
}

// The model becomes another one between two looks: no vector of the other comes as one of
// the first.
func TestAModelThatChangesIsNoticed(t *testing.T) {
	p := testbed.StartProvider(t)
	m := remote.New("mine", configOf(p, remote.Ollama))
	made, err := embed(t, m, "a")
	if err != nil || len(made) != 1 {
		t.Fatal(err)
	}
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool {
		p.Become("d2")
		return false
	})
	if _, err := m.Embed(t.Context(), "sha256:d1", []string{"b"}); !errors.Is(err, embedding.ErrModelChanged) {
		t.Errorf("while it was at work: %v", err)
	}
	if now, err := m.Revision(t.Context()); now != "sha256:d2" || err != nil {
		t.Errorf("then it is %s, %v", now, err)
	}
	if _, err := embed(t, m, "b"); err != nil {
		t.Error(err)
	}
}

// What a revision's vectors have to be like says nothing of those of the next, and nothing is
// learnt of a revision from vectors that may be of another.
func TestAModelMayBecomeOneOfAnotherDimension(t *testing.T) {
	p := testbed.StartProvider(t)
	m := remote.New("mine", configOf(p, remote.Ollama))
	becomes := func(digest, vector string) {
		p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			p.Become(digest)
			_, _ = w.Write([]byte(`{"embeddings":[` + vector + `]}`))
			return true
		})
	}
	becomes("d2", `[1,2]`) // before any vector of the first
	if _, err := embed(t, m, "a"); !errors.Is(err, embedding.ErrModelChanged) || m.Dimension() != 0 {
		t.Errorf("%v, dimension %d", err, m.Dimension())
	}
	for _, next := range [][2]string{{"d3", `[1]`}, {"d2", `[1,2]`}, {"d1", `[1,2,3]`}} {
		digest := next[0]
		becomes(digest, next[1])
		if _, err := embed(t, m, "b"); !errors.Is(err, embedding.ErrModelChanged) || m.Dimension() != 0 {
			t.Errorf("it became %s while it was at work: %v, dimension %d", digest, err, m.Dimension())
		}
		if made, err := embed(t, m, "b"); err != nil || m.Dimension() != len(made[0].Vector) {
			t.Errorf("%s: %v, dimension %d", digest, err, m.Dimension())
		}
	}
}

// A revision is another one where anything is that vectors depend on, as far as it can be known
// here, and the same where nothing is.
func TestARevisionIsOfAllThatVectorsDependOn(t *testing.T) {
	const one, other = "one: ", "other: "
	each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
		q, d := one, one
		c.QueryPrefix, c.DocumentPrefix = &q, &d
		of := func(change func(*remote.Config)) string {
			c := c
			change(&c)
			revision, err := remote.New("mine", c).Revision(t.Context())
			if err != nil || revision == "" || len(revision) > vector.MaxLabel {
				t.Errorf("%+v: %q, %v", c, revision, err)
			}
			return revision
		}
		is := of(func(*remote.Config) {})
		for what, change := range map[string]func(*remote.Config){
			"the key":      func(c *remote.Config) { c.KeyFile = "/dev/null" },
			"bounds":       func(c *remote.Config) { c.MaxBatch, c.Dimension, c.Timeout = 1, 3, 1 },
			"a slash":      func(c *remote.Config) { c.URL += "/" },
			"all the same": func(c *remote.Config) { d := one; c.DocumentPrefix = &d },
		} {
			if what == "the key" && c.Provider == remote.Ollama { // which is asked with it
				continue
			}
			if got := of(change); got != is {
				t.Errorf("%s changed, and it is %q in place of %q", what, got, is)
			}
		}
		seen := map[string]string{is: "nothing"}
		for what, change := range map[string]func(*remote.Config){
			"the document prefix": func(c *remote.Config) { d := other; c.DocumentPrefix = &d },
			"the query prefix":    func(c *remote.Config) { q := other; c.QueryPrefix = &q },
			"no query prefix":     func(c *remote.Config) { c.QueryPrefix = nil },
			"no prefix":           func(c *remote.Config) { c.QueryPrefix, c.DocumentPrefix = nil, nil },
			"the model":           func(c *remote.Config) { c.Model = "other" },
			"the address":         func(c *remote.Config) { c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1) },
			"the operator's word": func(c *remote.Config) { c.Revision = "2026-01" },
		} {
			if c.Provider == remote.Ollama && (what == "the address" || what == "the operator's word") { // it has a digest
				continue
			}
			if got := of(change); seen[got] != "" {
				t.Errorf("%s changed as %s did, and it is %q", what, seen[got], got)
			} else {
				seen[got] = what
			}
		}
	})
}

func TestTheKeyIsReadAtEveryCallAndShownNowhere(t *testing.T) {
	p := testbed.StartProvider(t)
	c := configOf(p, remote.OpenAI)
	c.KeyFile = filepath.Join(t.TempDir(), "openai.env")
	m := remote.New("mine", c)
	for _, text := range []string{"OPENAI_API_KEY=sk-one\n", "sk-two\n"} {
		if err := os.WriteFile(c.KeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embed(t, m, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if p.Keys()[0] != "Bearer sk-one" || p.Keys()[1] != "Bearer sk-two" {
		t.Errorf("sent were %q", p.Keys())
	}
	for _, text := range []string{"", "sk two\n"} {
		if err := os.WriteFile(c.KeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embed(t, m, "a"); !errors.Is(err, embedding.ErrRefused) || strings.Contains(err.Error(), "two") || c.CheckEnv("x") == nil {
			t.Errorf("a file of %q: %v", text, err)
		}
	}
}
