package embedd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// daemon is an embedd that answers on a port of its own.
type daemon struct {
	t testing.TB
	embedding.Client
}

// start runs an embedd until the test ends. Its models beside the one that is built in are p,
// the default, which the provider has as Ollama, and q, which it has as OpenAI.
func start(t testing.TB, p *testbed.Provider, change ...func(*embedd.Config)) *daemon {
	t.Helper()
	return startWith(t, append([]func(*embedd.Config){func(c *embedd.Config) {
		c.Model = "p"
		c.Models = map[string]remote.Config{
			"p": {Provider: remote.Ollama, URL: p.URL, Model: "m"},
			"q": {Provider: remote.OpenAI, URL: p.URL + "/v1", Model: "m"},
		}
	}}, change...)...)
}

func startWith(t testing.TB, change ...func(*embedd.Config)) *daemon {
	t.Helper()
	return startIn(t, testbed.NewEnv(t, "embedd"), change...)
}

func startIn(t testing.TB, env service.Env, change ...func(*embedd.Config)) *daemon {
	t.Helper()
	c := embedd.Defaults()
	for _, f := range change {
		f(&c)
	}
	built, err := embedd.New(t.Context(), env, c)
	if err != nil {
		t.Fatal(err)
	}
	url := testbed.Serve(t, env, built)
	return &daemon{t: t, Client: embedding.Client{Client: wire.Client{Service: "embedd", Base: url, HTTP: env.HTTP}}}
}

// send makes a request and gives its answer, read to the end.
func (d *daemon) send(ctx context.Context, method, path, body string) (*http.Response, []byte, error) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, d.Base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := d.HTTP.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, text, err
}

// want posts a body and holds status and code, "" where none is due, against what is due.
func (d *daemon) want(status int, code, path, body string) map[string]any {
	d.t.Helper()
	resp, text, err := d.send(d.t.Context(), http.MethodPost, path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	var doc map[string]any
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		d.t.Fatalf("%.100s: %s: %v", body, text, err)
	}
	said, _ := doc["code"].(string)
	if failure, ok := doc["error"].(map[string]any); ok {
		doc = failure
		said, _ = failure["code"].(string)
	}
	if resp.StatusCode != status || said != code {
		d.t.Errorf("%s %.100s: %d %q, want %d %q: %.300s", path, body, resp.StatusCode, said, status, code, text)
	}
	return doc
}

func (d *daemon) mustEmbed(asked embedding.Request) embedding.Answer {
	d.t.Helper()
	answer, err := d.Embed(d.t.Context(), asked)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer
}

// metric gives the sum of a metric's values.
func (d *daemon) metric(name string) (sum float64) {
	d.t.Helper()
	_, text, err := d.send(d.t.Context(), http.MethodGet, "/metrics", "")
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok && (rest[0] == ' ' || rest[0] == '{') {
			var value float64
			if err := json.Unmarshal([]byte(strings.TrimSpace(line[strings.LastIndex(line, " "):])), &value); err != nil {
				d.t.Fatalf("%s: %v", line, err)
			}
			sum += value
		}
	}
	return sum
}

// asJSON gives a request's body.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
