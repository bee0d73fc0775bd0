package testbed

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
)

// Provider makes vectors of texts as Ollama does, under /api, and as those who speak OpenAI's
// API do, under /v1. The vectors have three numbers that tell how long a text is; one of more
// than [ProviderReads] bytes is too long. It stands in for both where they are to fail.
type Provider struct {
	URL string

	mu     sync.Mutex
	calls  [][]string
	keys   []string
	digest string
	fault  func(w http.ResponseWriter, r *http.Request, call int) bool
}

// ProviderReads is how many bytes of a text a [Provider] reads.
const ProviderReads = 100

// StartProvider starts one, with the model "m", until the test ends.
func StartProvider(t testing.TB) *Provider {
	p := &Provider{digest: "d1"}
	s := httptest.NewServer(p)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	p.URL = s.URL
	return p
}

// Calls gives the texts of each call since the last [Provider.Fails].
func (p *Provider) Calls() [][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// Keys gives the header Authorization of each call.
func (p *Provider) Keys() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys
}

// Become makes the model another one, by its digest.
func (p *Provider) Become(digest string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.digest = digest
}

// Fails has a function called before each call from now on, the first being 1; where it gives
// true it has answered.
func (p *Provider) Fails(fault func(w http.ResponseWriter, r *http.Request, call int) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.fault = nil, fault
}

// ServeHTTP answers a call.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/api/tags" {
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Fprintf(w, `{"models":[{"name":"other:latest","digest":"x"},{"name":"m:latest","digest":%q}]}`, p.digest)
		return
	}
	var asked struct {
		Input    []string
		Truncate bool
	}
	_ = json.Unmarshal(body, &asked)
	p.mu.Lock()
	p.calls, p.keys = append(p.calls, asked.Input), append(p.keys, r.Header.Get("Authorization"))
	fault, call := p.fault, len(p.calls)
	p.mu.Unlock()
	if fault != nil && fault(w, r, call) {
		return
	}
	native := strings.HasPrefix(r.URL.Path, "/api")
	lengths := make([]int, len(asked.Input))
	for i, text := range asked.Input {
		if lengths[i] = min(len(text), ProviderReads); len(text) > ProviderReads && !asked.Truncate {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, tooLong(native))
			return
		}
	}
	if native {
		answerNatively(w, lengths)
		return
	}
	answerAsOpenAI(w, lengths)
}

func tooLong(native bool) string {
	if native {
		return `{"error":"input length exceeds maximum context length"}`
	}
	return `{"error":{"message":"This model's maximum context length is 100 tokens.","type":"invalid_request_error"}}`
}

func answerNatively(w http.ResponseWriter, lengths []int) {
	tokens, vectors := 0, []string{}
	for _, n := range lengths {
		tokens += n
		vectors = append(vectors, fmt.Sprintf("[3,%d,0]", n)) // not of length 1
	}
	fmt.Fprintf(w, `{"embeddings":[%s],"prompt_eval_count":%d}`, strings.Join(vectors, ","), tokens)
}

// answerAsOpenAI has the last vector first.
func answerAsOpenAI(w http.ResponseWriter, lengths []int) {
	tokens, data := 0, make([]string, len(lengths))
	for i, n := range lengths {
		tokens += n
		data[len(data)-1-i] = fmt.Sprintf(`{"index":%d,"embedding":[3,%d,0]}`, i, n)
	}
	fmt.Fprintf(w, `{"data":[%s],"usage":{"prompt_tokens":%d}}`, strings.Join(data, ","), tokens)
}

// BytesOf gives how many bytes of a text a vector of a [Provider] is made of.
func BytesOf(vector []float32) int { return int(math.Round(float64(3 * vector[1] / vector[0]))) }
