package catalogd_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
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

// TestLostAnswerAndGone: the pointer was written, the answer was lost, and before that
// was noticed another catalogd dropped the dataset, or renamed it. Whatever the writer
// is told, what its version needs stays.
func TestLostAnswerAndGone(t *testing.T) {
	shared := catalogd.Defaults()
	shared.Shared = true
	s := testbed.StartStoraged(t)
	other := house{Client: start(t, s, shared), storage: s}
	for _, how := range []string{"lost", "refused"} {
		for _, c := range []struct {
			what    string
			before  int // versions
			renamed bool
		}{{"new_and_dropped", 0, false}, {"dropped", 1, false}, {"renamed", 1, true}} {
			name := how + "_" + c.what
			ref := func(n int) []catalog.ObjectRef {
				return objects(put(t, s, fmt.Sprint("in/", name, n), people(t, "Ada", n, false)))
			}
			for n := range c.before {
				other.register(t, catalog.Registration{Name: name, Mode: catalog.Append, Objects: ref(n)})
			}
			var armed atomic.Bool
			lossy := start(t, losing(t, s, &armed, func(w http.ResponseWriter, r *http.Request) {
				other.away(t, name, c.renamed)
				if how == "lost" {
					panic(http.ErrAbortHandler)
				}
				wire.WriteProblem(w, r, storage.ErrPreconditionFailed.Errorf("it was written already"))
			}), shared)
			armed.Store(true)
			_, _, err := lossy.Register(t.Context(), catalog.Registration{Name: name, Mode: catalog.Append, Objects: ref(c.before)}, "")
			other.back(t, name, c.renamed)
			restarted := house{Client: start(t, s, shared), storage: s}
			m := restarted.manifest(t, name, 0)
			if m.Rows != int64(c.before+1) {
				t.Errorf("%s: the writer was told %v, and there are %d rows", name, err, m.Rows)
			}
			for _, o := range m.Objects {
				if _, err := s.Head(t.Context(), o.Key); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

// away drops a dataset, or renames it.
func (h house) away(t *testing.T, name string, rename bool) {
	var err error
	if rename {
		_, err = h.Rename(t.Context(), name, name+"_away", "")
	} else {
		_, err = h.Drop(t.Context(), name, "")
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// back brings a dataset that is away to its name again, which another may have.
func (h house) back(t *testing.T, name string, renamed bool) {
	waiting := h.dropped(t)
	_, err := h.Drop(t.Context(), name, "")
	if err != nil && !errors.Is(err, catalog.ErrDatasetNotFound) {
		t.Errorf("%s: %v", name, err)
	}
	if renamed {
		_, err = h.Rename(t.Context(), name+"_away", name, "")
	} else {
		at := slices.IndexFunc(waiting, func(d catalog.Dropped) bool { return d.Name == name })
		_, err = h.Restore(t.Context(), name, waiting[at].DatasetID, "")
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
