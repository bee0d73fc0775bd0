package embedd_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// Neither a text nor a key is in a log or an error, also where a provider says them back.
func TestTextsAndKeysAreShownNowhere(t *testing.T) {
	const text, key = "Jane Roe, SSN 123-45-6789", "a3f0b2c4d5e6f708192a3b4c5d6e7f80"
	file := filepath.Join(t.TempDir(), "openai.env")
	if err := os.WriteFile(file, []byte("OPENAI_API_KEY="+key), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &testlog.Text{}
	env := testbed.NewEnv(t, "embedd")
	env.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := testbed.StartProvider(t)
	d := startIn(t, env, func(c *embedd.Config) {
		c.Models = map[string]remote.Config{
			"p": {Provider: remote.Ollama, URL: p.URL, Model: "m"},
			"q": {Provider: remote.OpenAI, URL: p.URL + "/v1", Model: "m", KeyFile: file},
		}
	})
	echo := func(w http.ResponseWriter, r *http.Request, call int) bool {
		status := []int{400, 401, 404, 413, 422, 429, 500, 503, 200, 302}[call%10]
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":"no: %s, %s","type":"%s","code":"%s"},"embeddings":[["%s"]],"data":[{"index":0,"embedding":"%s"}]}`, text, key, text, key, text, text)
		return true
	}
	ask := func(path, body string) {
		_, answer, err := d.send(t.Context(), http.MethodPost, path, body)
		if err != nil || strings.Contains(string(answer), "Roe") || strings.Contains(string(answer), key) {
			t.Errorf("%s: %s, %v", path, answer, err)
		}
	}
	for round := range 2 { // as it should be, then as it should not
		for i := range 4 {
			for _, model := range []string{"p", "q", "minilm"} {
				said := fmt.Sprintf("%s %d", text, 100*round+i) // not one that is known
				ask("/embed", `{"texts":["`+said+`"," "],"model":"`+model+`"}`)
				ask("/embed", `{"texts":["`+said+`"],"model":"`+model+`"}`)
				ask("/embeddings", `{"input":"`+said+`","model":"`+model+`"}`)
				ask("/embed", `{"texts":["`+strings.Repeat(said, 10)+`"],"truncate":false,"model":"`+model+`"}`)
			}
		}
		p.Fails(echo)
	}
	if all := log.String(); strings.Contains(all, "Roe") || strings.Contains(all, key) || !strings.Contains(all, "provider_unavailable") {
		t.Errorf("the log: %.3000s", all)
	}
}
