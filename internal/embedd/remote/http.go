package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// caller speaks JSON with a provider.
type caller struct {
	config Config
	http   *http.Client
}

// complaint is what a provider says of an error. Its words may hold the text that was sent,
// so that nothing of them but the code is shown.
type complaint struct {
	status int
	after  time.Duration
	words  string // in small letters
	code   string
}

// ofInput tells that the provider complains of what it was sent.
func (c *complaint) ofInput() bool {
	return c.status == http.StatusBadRequest || c.status == http.StatusUnprocessableEntity
}

// codeForm is what a code looks like that may be shown.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// answerBytes bounds an answer to so many texts.
func answerBytes(texts int) int64 { return 1<<20 + int64(texts)*(256<<10) }

// send makes a call and reads its answer, of so many vectors, into out. An error answer is
// given as a complaint.
func (c *caller) send(ctx context.Context, method, path string, in, out any, texts int) (*complaint, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.config.URL+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	key, err := c.config.key()
	if err != nil {
		return nil, c.refused("its key_file cannot be read").Because(err)
	}
	if key.IsSet() {
		req.Header.Set("Authorization", "Bearer "+key.Reveal())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.down(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerBytes(texts)+1))
	if err != nil {
		return nil, c.down(err)
	}
	switch {
	case int64(len(text)) > answerBytes(texts):
		return nil, c.bad("it is over %d bytes", answerBytes(texts))
	case resp.StatusCode >= 300:
		return newComplaint(resp, text), nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return nil, c.bad("it is not JSON of vectors of numbers") // the error may show what came
	}
	return nil, nil
}

// newComplaint reads both forms: Ollama's text, and OpenAI's object.
func newComplaint(resp *http.Response, text []byte) *complaint {
	said := &complaint{status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))}
	var doc struct{ Error json.RawMessage }
	var object struct{ Message, Type, Code any }
	if json.Unmarshal(text, &doc) != nil {
		return said
	}
	said.words = strings.ToLower(string(doc.Error))
	if json.Unmarshal(doc.Error, &object) == nil {
		for _, word := range []any{object.Type, object.Code} {
			if code, ok := word.(string); ok && codeForm.MatchString(code) {
				said.code = code
			}
		}
	}
	return said
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// explain makes an error of what a provider complains of, but for what only its kind can
// tell.
func (c *caller) explain(said *complaint) error {
	code := ""
	if said.code != "" {
		code = " (" + said.code + ")"
	}
	switch s := said.status; {
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return c.refused("it answers %d%s to the key; see key_file in the configuration", s, code)
	case said.code == "insufficient_quota":
		return c.refused("the account has no quota left; see to its plan and its billing")
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500:
		p := embedding.ErrProviderDown.Errorf("%s answers %d%s; it may be overloaded: try again", c.config.where(), s, code).
			With("provider", c.config.Provider)
		return &failure{Problem: p.After(max(said.after, time.Second)), passes: true, after: said.after}
	case s < 400:
		return c.refused("it redirects, with %d, which is not followed; write the address of the API itself in url", s)
	}
	return c.refused("it answers %d%s", said.status, code)
}

func (c *caller) refused(format string, args ...any) *wire.Problem {
	return embedding.ErrRefused.Errorf("%s does not take the request: "+format, append([]any{c.config.where()}, args...)...).With("provider", c.config.Provider)
}

func (c *caller) bad(format string, args ...any) *wire.Problem {
	return embedding.ErrBadProvider.Errorf("the answer of %s cannot be used: "+format, append([]any{c.config.where()}, args...)...).With("provider", c.config.Provider)
}

// down is a provider that cannot be called, or that broke off.
func (c *caller) down(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &failure{Problem: embedding.ErrProviderDown.Errorf("%s does not answer; %s", c.config.where(), c.config.remedy()).
		With("provider", c.config.Provider).After(time.Second).Because(err), passes: true}
}
