// Package remote has vectors made of texts elsewhere: by Ollama, or by whoever speaks
// OpenAI's API.
//
// What it promises:
//
//   - What comes back is checked before anybody gets it: as many vectors as texts, each of
//     the model's dimension, of finite numbers, not zero; and it is brought to length 1.
//   - A call that a provider does not answer, or answers with a fault that passes, is made
//     once more, after a pause that is not the same for everybody. One that fails again and
//     again is left alone for a while, and who asks meanwhile is told so at once.
//   - A text is cut where it is over max_chars, or longer than its model reads, and that is
//     told. Where the provider does not cut it itself, at least seven eighths are taken of what
//     the model reads.
//   - No text and no key is in an error, also where a provider says them back.
package remote

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// Model is one model of a provider. It is safe for concurrent use.
type Model struct {
	name    string
	config  Config
	api     api
	breaker *gobreaker.CircuitBreaker[answer]
	permits chan struct{} // one for each batch that is made

	mu        sync.Mutex
	opened    time.Time // when the breaker opened last
	dimension int       // that was configured or met first, of the revision
	of        string
	amiss     amiss

	look    atomic.Pointer[look] // the last one at the revision
	looking chan struct{}        // one for who looks
}

// api is a provider's way to speak.
type api interface {
	// embed makes one call. A text that is too long is errTooLong, unless cut is given: then
	// there is one text, and of it as much is taken as the model reads, by those who can.
	embed(ctx context.Context, texts []string, cut bool) (answer, error)
	// revision gives that of the model's weights, or what stands for it.
	revision(ctx context.Context) (string, error)
}

// answer is what a provider says.
type answer struct {
	vectors   [][]float32
	truncated []bool // nil: none is said to be
	tokens    int
}

// errTooLong is of texts of which one is longer than the model reads.
var errTooLong = errors.New("a text is longer than the model reads")

// New makes the model that a configuration, which passes Check, describes.
func New(name string, c Config) *Model {
	c = c.Complete(name)
	m := &Model{name: name, config: c, permits: make(chan struct{}, c.MaxConcurrent), looking: make(chan struct{}, 1), dimension: c.Dimension}
	caller := caller{c, newClient(), m.Dimension}
	m.api = &ollama{caller}
	if c.Provider == OpenAI {
		m.api = &openAI{caller: caller}
	}
	m.breaker = m.newBreaker()
	m.look.Store(&look{})
	return m
}

func newClient() *http.Client {
	transport := &http.Transport{}
	if usual, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = usual.Clone() // with the proxy of the environment
	}
	transport.MaxIdleConnsPerHost = 16
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Batch gives how many texts go into one call.
func (m *Model) Batch() int { return m.config.MaxBatch }

// Prefix gives what is put before a text.
func (m *Model) Prefix(of embedding.InputType) string {
	if of == embedding.Query {
		return *m.config.QueryPrefix
	}
	return *m.config.DocumentPrefix
}

// Dimension gives that of the model's vectors, 0 where it is not known yet of the revision that
// was seen last.
func (m *Model) Dimension() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seen := m.look.Load(); m.config.Dimension == 0 && seen.err == nil && seen.revision != m.of {
		return 0
	}
	return m.dimension
}

// Embed gives the vectors of a batch of texts, all made by a revision of the model. That the
// model has become another one is [embedding.ErrModelChanged].
func (m *Model) Embed(ctx context.Context, revision string, texts []string) ([]embedded.Embedding, error) {
	texts = slices.Clone(texts)
	made := make([]embedded.Embedding, len(texts))
	for i, text := range texts {
		texts[i], made[i].Truncated = head(text, m.config.MaxChars)
	}
	if err := m.withPermit(ctx, func() error { return m.fill(ctx, texts, made) }); err != nil {
		return nil, m.noted(revision, err)
	}
	now, err := m.lookNow(ctx)
	switch {
	case err != nil:
		return nil, err
	case now != revision:
		return nil, m.changed(revision, now)
	}
	return made, m.noted(revision, m.hold(revision, made))
}

// withPermit calls do while it is one of those batches that may be made at once.
func (m *Model) withPermit(ctx context.Context, do func() error) error {
	select {
	case m.permits <- struct{}{}:
		defer func() { <-m.permits }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *Model) changed(was, is string) error {
	return embedding.ErrModelChanged.Errorf("the model %s has become another one: it was %q and is %q", m.name, was, is).
		With("model", m.name).With("expected", was).With("revision", is)
}

// fill has the texts' vectors made. Where one is too long, halves find which.
func (m *Model) fill(ctx context.Context, texts []string, made []embedded.Embedding) error {
	a, err := m.call(ctx, texts, false)
	switch half := len(texts) / 2; {
	case errors.Is(err, errTooLong) && half > 0:
		if err := m.fill(ctx, texts[:half], made[:half]); err != nil {
			return err
		}
		return m.fill(ctx, texts[half:], made[half:])
	case errors.Is(err, errTooLong):
		made[0].Truncated = true
		if a, err = m.call(ctx, texts, true); errors.Is(err, errTooLong) {
			a, err = m.longest(ctx, texts[0])
		}
	}
	if err != nil {
		return err
	}
	return m.accept(a, texts, made)
}
