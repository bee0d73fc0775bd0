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

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// caller speaks JSON with a provider.
type caller struct {
	config    Config
	http      *http.Client
	dimension func() int // of the model's vectors; 0: not known
}

const (
	complaintMost = 64 << 10  // bytes of an error answer that are read
	unknownMost   = 128 << 20 // bytes of an answer of vectors whose dimension is not known
	unknownEach   = 256 << 10 // bytes of one of them
)

// expected is what an answer may be, before anything is made of it.
type expected struct {
	list string // the name of what is listed in it
	most int    // of which there are so many
	each int    // bytes of one
}

// vectors are expected for so many texts.
func (c *caller) vectors(list string, texts int) expected {
	each := 1<<10 + 32*c.dimension()
	if c.dimension() == 0 {
		each = min(unknownEach, unknownMost/texts)
	}
	return expected{list, texts, each}
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

// send makes a call and reads its answer into out. An error answer is given as a complaint.
func (c *caller) send(ctx context.Context, method, path string, in, out any, want expected) (*complaint, error) {
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
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, complaintMost)) // the status says most
		return newComplaint(resp, text), nil
	}
	return nil, c.read(resp.Body, out, want)
}

// read makes of an answer what it has to be. The errors show nothing of it.
func (c *caller) read(body io.Reader, out any, want expected) error {
	most := 1<<20 + int64(want.most)*int64(want.each)
	text, err := io.ReadAll(io.LimitReader(body, most+1))
	switch {
	case err != nil:
		return c.config.down(err)
	case int64(len(text)) > most:
		return c.config.bad("it is over %d bytes; if the model's vectors are that long, set dimension to theirs, or max_batch lower", most)
	}
	bound := wire.Bound{Field: want.list, Most: want.most, TooMany: func(int) error {
		return c.config.bad("it has more than %d %s", want.most, want.list)
	}}
	if err := wire.CheckBounds(text, bound); err != nil {
		return err
	}
	if json.Unmarshal(text, out) != nil {
		return c.config.bad("it is not JSON of vectors of numbers")
	}
	return nil
}

// newComplaint reads both forms: Ollama's text, and OpenAI's object.
func newComplaint(resp *http.Response, text []byte) *complaint {
	said := &complaint{status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))}
	var doc struct{ Error json.RawMessage }
	var object struct{ Type, Code json.RawMessage }
	if json.Unmarshal(text, &doc) != nil {
		return said
	}
	said.words = strings.ToLower(string(doc.Error))
	if json.Unmarshal(doc.Error, &object) == nil {
		for _, word := range []json.RawMessage{object.Type, object.Code} {
			if code := strings.Trim(string(word), `"`); slices.Contains(codes, code) {
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
