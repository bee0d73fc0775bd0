package remote_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

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
