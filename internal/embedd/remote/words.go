package remote

import (
	"net/http"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// codes are those of errors that may be shown.
var codes = []string{
	"authentication_error", "billing_not_active", "context_length_exceeded", "insufficient_quota", "invalid_api_key",
	"invalid_request_error", "model_not_found", "not_found_error", "overloaded_error", "permission_error", "rate_limit_error",
	"rate_limit_exceeded", "server_error", "unsupported_model",
}

// where says who is called.
func (c Config) where() string {
	if c.Provider == Ollama {
		return "Ollama at " + c.URL
	}
	return "the provider at " + c.URL
}

// remedy says what may bring the provider back.
func (c Config) remedy() string {
	if c.Provider == Ollama {
		return "start it with: " + c.OllamaCommand("serve")
	}
	return "see that it is up and can be reached from here"
}

// OllamaCommand gives a command of Ollama's as it is typed where that is not at its usual port.
func (c Config) OllamaCommand(words string) string {
	if host := strings.TrimPrefix(c.URL, "http://"); host != defaultOllamaHost && host != "localhost:11434" {
		return "OLLAMA_HOST=" + host + " ollama " + words
	}
	return "ollama " + words
}

// explain makes an error of what a provider complains of, but for what only its kind can
// tell.
func (c Config) explain(said *complaint) error {
	code := ""
	if said.code != "" {
		code = " (" + said.code + ")"
	}
	switch s := said.status; {
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return c.closed("it answers %d%s to the key; see key_file in the configuration", s, code)
	case said.code == "insufficient_quota":
		return c.closed("the account has no quota left; see to its plan and its billing")
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500:
		p := embedding.ErrProviderDown.Errorf("%s answers %d%s; it may be overloaded: try again", c.where(), s, code).
			With("provider", c.Provider)
		return &failure{Problem: p.After(max(said.after, time.Second)), passes: true, after: said.after}
	case s < 400:
		return c.closed("it redirects, with %d, which is not followed; write the address of the API itself in url", s)
	}
	return c.refused("it answers %d%s", said.status, code)
}

func (c Config) refused(format string, args ...any) *wire.Problem {
	return embedding.ErrRefused.Errorf("%s does not take the request: "+format, append([]any{c.where()}, args...)...).With("provider", c.Provider)
}

// closed is a provider that takes no request, whatever the texts.
func (c Config) closed(format string, args ...any) error {
	return &failure{Problem: c.refused(format, args...)}
}

func (c Config) keyless(err error) error {
	return c.refused("its key_file cannot be read; see lakehouse config check").Because(err)
}

func (c Config) bad(format string, args ...any) *wire.Problem {
	return embedding.ErrBadProvider.Errorf("the answer of %s cannot be used: "+format, append([]any{c.where()}, args...)...).With("provider", c.Provider)
}

// unexpected says where to look if a dimension is not the one that vectors have, or had before.
func (c Config) unexpected() string {
	if c.Dimension > 0 {
		return "correct dimension, model or url in"
	}
	return "if that is another model now, restart embedd; else correct model or url in"
}

// down is a provider that cannot be called, or that broke off.
func (c Config) down(err error) error {
	return &failure{Problem: embedding.ErrProviderDown.Errorf("%s does not answer; %s", c.where(), c.remedy()).
		With("provider", c.Provider).After(time.Second).Because(err), passes: true}
}
