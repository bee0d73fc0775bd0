package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/creack/pty"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// indexes is a gateway with one index: its load fails once before it is done, and a search
// finds whom found says, by the way that is asked for.
func indexes(t *testing.T, found map[vector.Mode]string) *vector.Client {
	t.Helper()
	loads := []string{`"state":"running","rows":4000`, `"state":"running","rows":4000,"retry":{"failed":1,"problem":{"code":"service_unavailable","detail":"embedd is away"}}`, `"state":"succeeded","rows":10000`}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/vectors/index", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"name":"candidates","model":"minilm","dimension":384}`)
	})
	mux.HandleFunc("/v1/vectors/index/candidates/load", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{%s}`, loads[0])
		loads = loads[1:]
	})
	mux.HandleFunc("POST /v1/vectors/index/candidates/search", func(w http.ResponseWriter, r *http.Request) {
		var asked vector.Search
		if err := wire.ReadJSON(r, &asked); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, `{"results":[%s]}`, found[asked.Mode])
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &vector.Client{Client: wire.Client{Service: "gateway", Base: server.URL + "/v1"}}
}

func TestTheDemosBarReachesItsEndAndTellsOfRetries(t *testing.T) {
	keys, screen, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(screen, &pty.Winsize{Rows: 24, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(keys)
		shown <- string(text)
	}()
	var out bytes.Buffer
	d := &demo{out: &out, progress: screen}
	if err := d.index(t.Context(), indexes(t, nil)); err != nil {
		t.Error(err)
	}
	screen.Close()
	text := <-shown
	keys.Close()
	if !strings.Contains(text, "10000 / 10000 rows") || !strings.Contains(text, "1 attempt failed") || !strings.Contains(text, "embedd is away") {
		t.Errorf("the screen shows %q", text)
	}
	if !strings.Contains(out.String(), "What 10000 candidates say") {
		t.Errorf("the demo says %s", out.String())
	}
}

func TestTheDemoQuotesWhomBothWaysFind(t *testing.T) {
	const one = `{"id":"C-1","score":1,"metadata":{"occupation":"nursing","text":"I nurse."}}`
	const other = `{"id":"C-2","score":1,"metadata":{"occupation":"welding","text":"I weld."}}`
	for _, c := range []struct {
		found map[vector.Mode]string
		says  string
	}{
		{map[vector.Mode]string{vector.ByVector: one, vector.Hybrid: other}, "C-2, of welding: I weld.\n"},
		{map[vector.Mode]string{vector.ByVector: one}, "Nobody is found.\n"},
		{nil, "Nobody is found.\n"},
	} {
		var out bytes.Buffer
		if err := (&demo{out: &out}).find(t.Context(), indexes(t, c.found), "who?"); err != nil || !strings.HasSuffix(out.String(), c.says) {
			t.Errorf("%v: %v\n%s", c.found, err, out.String())
		}
	}
}
