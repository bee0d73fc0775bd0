package remote

import (
	"context"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// ollama speaks Ollama's own API.
type ollama struct{ caller }

type ollamaRequest struct {
	Model     string   `json:"model"`
	Input     []string `json:"input"`
	Truncate  bool     `json:"truncate"`
	KeepAlive string   `json:"keep_alive,omitempty"`
}

type ollamaAnswer struct {
	Embeddings []floats.Vector `json:"embeddings"`
	Tokens     int             `json:"prompt_eval_count"`
}

func (o *ollama) embed(ctx context.Context, texts []string, cut bool) (answer, error) {
	var got ollamaAnswer
	said, err := o.send(ctx, http.MethodPost, "/api/embed", ollamaRequest{o.config.Model, texts, cut, o.config.KeepAlive}, &got, o.vectors("embeddings", len(texts)))
	switch {
	case err != nil:
		return answer{}, err
	case said == nil:
		return answer{vectors: unwrap(got.Embeddings), tokens: got.Tokens}, nil
	case said.status == http.StatusNotFound:
		return answer{}, o.missing()
	case said.ofInput() && strings.Contains(said.words, "context length"):
		return answer{}, errTooLong
	case said.status >= 500 && strings.Contains(said.words, "unsupported value"): // of JSON: it has no NaN
		return answer{}, o.config.bad("a vector has numbers that are not finite")
	}
	return answer{}, o.config.explain(said)
}

func (o *ollama) missing() error {
	return embedding.ErrProviderDown.Errorf("%s does not have the model %s; get it with: %s", o.config.where(), o.config.Model, o.config.OllamaCommand("pull "+o.config.Model)).
		With("provider", o.config.Provider)
}

func unwrap(list []floats.Vector) [][]float32 {
	plain := make([][]float32, len(list))
	for i, v := range list {
		plain[i] = v
	}
	return plain
}

// revision is the digest of the model's manifest, which changes when the model is pulled
// anew or made from other weights.
func (o *ollama) revision(ctx context.Context) (string, error) {
	var list struct {
		Models []struct{ Name, Digest string }
	}
	said, err := o.send(ctx, http.MethodGet, "/api/tags", nil, &list, expected{"models", 1 << 10, 4 << 10})
	switch {
	case err != nil:
		return "", err
	case said != nil:
		return "", o.config.explain(said)
	}
	for _, m := range list.Models {
		if o.config.IsCalled(m.Name) {
			return "sha256:" + m.Digest, nil
		}
	}
	return "", o.missing()
}

// IsCalled tells whether a name in Ollama's list is the model's.
func (c Config) IsCalled(name string) bool {
	return strings.EqualFold(name, c.Model) || strings.EqualFold(name, c.Model+":latest")
}
