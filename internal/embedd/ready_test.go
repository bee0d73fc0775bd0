package embedd_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// What is known to keep a model from serving is told before it is asked for.
func TestAModelThatCannotServeSaysWhy(t *testing.T) {
	p := testbed.StartProvider(t)
	key := filepath.Join(t.TempDir(), "key")
	log := &testlog.Text{}
	env := testbed.NewEnv(t, "embedd")
	env.Log = slog.New(slog.NewTextHandler(log, nil))
	d := startIn(t, env, func(c *embedd.Config) {
		c.Models = map[string]remote.Config{}
		c.Models["keyless"] = remote.Config{Provider: remote.OpenAI, URL: p.URL + "/v1", KeyFile: key}
		c.Models["wrong"] = remote.Config{Provider: remote.Ollama, URL: p.URL, Model: "m", Dimension: 768}
	})
	if !strings.Contains(log.String(), key) {
		t.Errorf("the start does not name the key that is missing: %s", log.String())
	}
	d.want(502, "bad_embedding", "/embed", `{"texts":["a"],"model":"wrong"}`)
	list, err := d.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Models {
		want := map[string]string{"keyless": "key_file cannot be read", "wrong": "a vector of 3 numbers came, and the model's have 768"}[m.Name]
		if m.Ready != (want == "") || !strings.Contains(m.Reason, want) {
			t.Errorf("%+v", m)
		}
	}
}

// What a provider of OpenAI's API refused is told, with the revision, so that who asks for a
// vector by it finds out whether that is so still.
func TestWhatTheLastCallShowedIsTold(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	reason := func() string {
		t.Helper()
		list, err := d.Models(t.Context())
		at := slices.IndexFunc(list.Models, func(m embedding.Model) bool { return m.Name == "q" })
		if err != nil || at < 0 {
			t.Fatal(list, err)
		}
		m := list.Models[at]
		if m.Revision == "" || m.Ready != (m.Reason == "") {
			t.Errorf("%+v", m)
		}
		return m.Reason
	}
	if got := reason(); got != "" {
		t.Errorf("before any call: %s", got)
	}
	p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	d.want(502, "provider_refused", "/embed", `{"texts":["a"],"model":"q"}`)
	if got := reason(); !strings.Contains(got, "key_file") {
		t.Errorf("after a refusal: %q", got)
	}
	resp, text, err := d.send(t.Context(), http.MethodGet, "/ready", "")
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(text), "key_file") {
		t.Errorf("/ready: %s, %v", text, err)
	}
	p.Fails(nil)
	d.want(200, "", "/embed", `{"texts":["a"],"model":"q"}`)
	if got := reason(); got != "" {
		t.Errorf("after a call that went well: %s", got)
	}
}
