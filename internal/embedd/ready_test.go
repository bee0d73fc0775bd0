package embedd_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
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
