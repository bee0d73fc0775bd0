package remote_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
)

// provider answers as Ollama does under /api and as OpenAI does under /v1, with vectors of
// three numbers that tell how long a text is. One of over 100 letters is too long for it.
type provider struct {
	t   *testing.T
	url string

	mu     sync.Mutex
	calls  [][]string // the texts of each
	keys   []string
	digest string
	fault  func(w http.ResponseWriter, call int) bool // answers in place of it
}

const readsOf = 100

func startProvider(t *testing.T) *provider {
	p := &provider{t: t, digest: "d1"}
	s := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.URL.Path == "/api/tags" {
		fmt.Fprintf(w, `{"models":[{"name":"other:latest","digest":"x"},{"name":"m:latest","digest":%q}]}`, p.digest)
		return
	}
	var asked struct {
		Input    []string
		Truncate bool
	}
	_ = json.Unmarshal(body, &asked)
	p.calls = append(p.calls, asked.Input)
	p.keys = append(p.keys, r.Header.Get("Authorization"))
	if p.fault != nil && p.fault(w, len(p.calls)) {
		return
	}
	for i, text := range asked.Input {
		switch {
		case len(text) <= readsOf:
		case asked.Truncate:
			asked.Input[i] = text[:readsOf]
		default:
			w.WriteHeader(http.StatusBadRequest)
			if strings.HasPrefix(r.URL.Path, "/api") {
				fmt.Fprint(w, `{"error":"input length exceeds maximum context length"}`)
			} else {
				fmt.Fprintf(w, `{"error":{"message":"This model's maximum context length is 100 tokens: %s","type":"invalid_request_error"}}`, text)
			}
			return
		}
	}
	p.answer(w, r, asked.Input)
}

// vectorOf is not of length 1.
func vectorOf(text string) string { return fmt.Sprintf("[3,%d,0]", len(text)) }

func (p *provider) answer(w http.ResponseWriter, r *http.Request, texts []string) {
	var vectors []string
	tokens := 0
	for i, text := range texts {
		tokens += len(text)
		v := vectorOf(text)
		if !strings.HasPrefix(r.URL.Path, "/api") {
			v = fmt.Sprintf(`{"index":%d,"embedding":%s}`, len(texts)-1-i, vectorOf(texts[len(texts)-1-i])) // the last first
		}
		vectors = append(vectors, v)
	}
	if strings.HasPrefix(r.URL.Path, "/api") {
		fmt.Fprintf(w, `{"embeddings":[%s],"prompt_eval_count":%d}`, strings.Join(vectors, ","), tokens)
		return
	}
	fmt.Fprintf(w, `{"data":[%s],"usage":{"prompt_tokens":%d}}`, strings.Join(vectors, ","), tokens)
}

func (p *provider) config(kind string) remote.Config {
	c := remote.Config{Provider: kind, URL: p.url, Model: "m"}
	if kind == remote.OpenAI {
		c.URL += "/v1"
	}
	return c
}

// each runs a test with a provider of each kind.
func each(t *testing.T, test func(t *testing.T, p *provider, c remote.Config)) {
	for _, kind := range []string{remote.Ollama, remote.OpenAI} {
		t.Run(kind, func(t *testing.T) {
			p := startProvider(t)
			test(t, p, p.config(kind))
		})
	}
}

// embed asks for vectors by the model's revision of now.
func embed(t *testing.T, m *remote.Model, texts ...string) ([]remote.Embedded, error) {
	t.Helper()
	revision, err := m.Revision(t.Context())
	if err != nil {
		return nil, err
	}
	return m.Embed(t.Context(), revision, texts)
}

// letters gives back how long the text of a vector was.
func letters(v []float32) int { return int(math.Round(float64(3 * v[1] / v[0]))) }
