package remote_test

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

func configOf(p *testbed.Provider, kind string) remote.Config {
	c := remote.Config{Provider: kind, URL: p.URL, Model: "m"}
	if kind == remote.OpenAI {
		c.URL += "/v1"
	}
	return c
}

// each runs a test with a provider of each kind.
func each(t *testing.T, test func(t *testing.T, p *testbed.Provider, c remote.Config)) {
	for _, kind := range []string{remote.Ollama, remote.OpenAI} {
		t.Run(kind, func(t *testing.T) {
			p := testbed.StartProvider(t)
			test(t, p, configOf(p, kind))
		})
	}
}

// embed asks for vectors by the model's revision of now.
func embed(t *testing.T, m *remote.Model, texts ...string) ([]embedded.Embedding, error) {
	t.Helper()
	revision, err := m.Revision(t.Context())
	if err != nil {
		return nil, err
	}
	return m.Embed(t.Context(), revision, texts)
}
