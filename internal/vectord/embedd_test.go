package vectord_test

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// words answers as embedd does, with a model "words" whose vectors are of the words of a text,
// so that it can become another model, be away, and count what it is asked for.
type words struct {
	mu        sync.Mutex
	name      string // "": words
	revision  string
	dimension int
	err       error         // what every call is answered
	hangs     bool          // no call is answered while it does
	held      chan struct{} // no vectors are made until it is closed
	waiting   int           // calls that are held
	reason    string        // why the model is not ready, if it is not
	refuses   func(text string) error
	calls     []embedding.Request
}

const wordsRead = 6 // of a text; the rest is cut

// startWithWords runs a storaged, and a vectord beside such an embedd.
func startWithWords(t *testing.T, queryd string) (*daemon, *words) {
	t.Helper()
	m := &words{revision: "r1", dimension: 16}
	peers := service.Peers{"storaged": testbed.StartStoraged(t).Base, "embedd": m.serve(t), "queryd": queryd}
	d := startAmong(t, peers)
	d.ready()
	return d, m
}

func (m *words) set(change func(*words)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

// asked gives the texts that it was asked for since the last time.
func (m *words) asked() (texts []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, call := range m.calls {
		texts = append(texts, call.Texts...)
	}
	m.calls = nil
	slices.Sort(texts)
	return texts
}

func (m *words) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := m.answer(w, r); err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (m *words) answer(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body) // and so its end is noticed
	if err != nil {
		return err
	}
	m.mu.Lock()
	hangs, held := m.hangs, m.held
	if held != nil && r.Method == http.MethodPost {
		m.waiting++
		m.mu.Unlock()
		select {
		case <-held:
		case <-r.Context().Done():
		}
		m.mu.Lock()
		m.waiting--
	}
	m.mu.Unlock()
	if hangs {
		<-r.Context().Done()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	name := cmp.Or(m.name, "words")
	if r.Method == http.MethodGet {
		return wire.WriteJSON(w, 200, embedding.Models{Models: []embedding.Model{{Name: name, Ready: m.reason == "", Reason: m.reason, Dimension: m.dimension, Revision: m.revision}}})
	}
	var of embedding.Request
	if err := json.Unmarshal(body, &of); err != nil {
		return err
	}
	switch {
	case of.Model != name:
		return embedding.ErrModelNotFound.Errorf("there is no model %q; there is %s", of.Model, name)
	case of.Revision != "" && of.Revision != m.revision:
		return embedding.ErrModelChanged.Errorf("the model words is of revision %s, and %s is asked for", m.revision, of.Revision)
	}
	m.calls = append(m.calls, of)
	answer := embedding.Answer{Model: "words", Dimension: m.dimension}
	for i, text := range of.Texts {
		if m.refuses != nil {
			if err := m.refuses(text); err != nil {
				return wire.AsProblem(err).With("item", i)
			}
		}
		answer.Vectors = append(answer.Vectors, ofWords(text, m.dimension))
		answer.Truncated = append(answer.Truncated, len(strings.Fields(text)) > wordsRead)
	}
	return wire.WriteJSON(w, 200, answer)
}

// ofWords is the vector of a text: each word counts at one place.
func ofWords(text string, dimension int) vector.Vector {
	v := make(vector.Vector, dimension)
	list := strings.Fields(text)
	for _, word := range list[:min(len(list), wordsRead)] {
		h := fnv.New32a()
		h.Write([]byte(word))
		v[int(h.Sum32()>>4)%dimension]++
	}
	var sum float64
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

func badText() error { return embedding.ErrBadText.Errorf("the text cannot be read") }
