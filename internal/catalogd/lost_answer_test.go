package catalogd_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestLostAnswer: the pointer was written and the answer was lost on its way, or
// became a refusal because something behind storaged wrote twice. The version is
// in, once, and that is what the writer is told.
func TestLostAnswer(t *testing.T) {
	for name, lose := range map[string]func(http.ResponseWriter, *http.Request){
		"dropped": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"refused": func(w http.ResponseWriter, r *http.Request) {
			wire.WriteProblem(w, r, storage.ErrPreconditionFailed.Errorf("it was written already"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := testbed.StartStoraged(t)
			var armed atomic.Bool
			h := house{Client: start(t, losing(t, s, &armed, lose), catalogd.Defaults()), storage: s}
			for round := range 4 {
				armed.Store(true)
				ref := put(t, s, fmt.Sprint("in/", round), people(t, "Ada", round, false))
				reg := catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref), AllowDuplicate: true}
				answer := h.register(t, reg)
				if armed.Load() {
					t.Fatal("no answer was lost")
				}
				if answer.Unchanged || answer.Version != int64(round+1) || answer.Rows != int64(round+1) {
					t.Fatalf("round %d is answered with %+v", round, answer)
				}
			}
			if m := h.manifest(t, "people", 0); m.Rows != 4 || m.Version != 4 {
				t.Errorf("version %d holds %d rows", m.Version, m.Rows)
			}
		})
	}
}

// losing gives a client whose way to storaged loses the answer to the next
// write of a pointer, once armed.
func losing(t *testing.T, s *storage.Client, armed *atomic.Bool, lose func(http.ResponseWriter, *http.Request)) *storage.Client {
	t.Helper()
	target, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || !strings.HasPrefix(r.URL.Path, "/storage/objects/catalog/") || !armed.Swap(false) {
			forward.ServeHTTP(w, r)
			return
		}
		written := httptest.NewRecorder()
		forward.ServeHTTP(written, r)
		if written.Code >= 300 {
			t.Errorf("the pointer was not written: %s", written.Body)
		}
		lose(w, r)
	}))
	t.Cleanup(server.Close)
	lossy := *s
	lossy.Base = server.URL
	return &lossy
}
