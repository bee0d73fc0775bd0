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

// A count of tokens that cannot be is as one that is not told, and costs no vector.
func TestACountOfTokensThatCannotBeIsNotTold(t *testing.T) {
	for _, tokens := range []string{"-1", "-9223372036854775808", "9223372036854775807"} {
		each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
			p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				_, _ = w.Write([]byte(`{"embeddings":[[1,2,3],[3,2,1]],"data":[{"index":0,"embedding":[1,2,3]},{"index":1,"embedding":[3,2,1]}],` +
					`"prompt_eval_count":` + tokens + `,"usage":{"prompt_tokens":` + tokens + `}}`))
				return true
			})
			made, err := embed(t, remote.New("mine", c), "a", "bc")
			if err != nil || made[0].Tokens != 0 || made[1].Tokens != 0 {
				t.Errorf("%s: %+v, %v", tokens, made, err)
			}
		})
	}
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
		"none of ollama":                        {Provider: "openrouter"},
		"provider is missing":                   {URL: "http://127.0.0.1:11434"},
		"url is missing":                        {Provider: remote.OpenAI},
		"http://127.0.0.1:11434":                {Provider: remote.Ollama, URL: "127.0.0.1:11434"},
		"url has to be a URL like https://api.": {Provider: remote.OpenAI, URL: "api.openai.com/v1"},
		"a key belongs in key_file":             {Provider: remote.OpenAI, URL: "https://me:key@example.com/v1"},
		"leave /embeddings out":                 {Provider: remote.OpenAI, URL: "https://example.com/v1/embeddings/"},
		"in the clear":                          {Provider: remote.OpenAI, URL: "http://example.com/v1", KeyFile: "/key"},
		"keep_alive":                            {Provider: remote.Ollama, KeepAlive: "-1"},
		"max_batch":                             {Provider: remote.Ollama, MaxBatch: 10_000},
		"dimension":                             {Provider: remote.Ollama, Dimension: -1},
		"revision":                              {Provider: remote.Ollama, Revision: "r"},
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
