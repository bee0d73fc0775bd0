package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// caller speaks JSON with a provider.
type caller struct {
	config Config
	http   *http.Client
}

// complaint is what a provider says of an error. Its words may hold the text that was sent, or
// the key, so that nothing of them is shown but a code that providers define.
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
		return nil, c.config.keyless(err)
	}
	if key.IsSet() {
		req.Header.Set("Authorization", "Bearer "+key.Reveal())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.config.down(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerBytes(texts)+1))
	if err != nil {
		return nil, c.config.down(err)
	}
	switch {
	case int64(len(text)) > answerBytes(texts):
		return nil, c.config.bad("it is over %d bytes", answerBytes(texts))
	case resp.StatusCode >= 300:
		return newComplaint(resp, text), nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return nil, c.config.bad("it is not JSON of vectors of numbers") // the error may show what came
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
			if code, ok := word.(string); ok && slices.Contains(codes, code) {
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
