package fleet_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// catalogProxy stands between the fleet and its catalogd, and does something to
// the first registration.
type catalogProxy struct {
	catalogd  atomic.Pointer[url.URL]
	first     func(w http.ResponseWriter, ask func(http.ResponseWriter))
	registers atomic.Int32
}

func (p *catalogProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := p.catalogd.Load()
	if target == nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	if !strings.HasSuffix(r.URL.Path, "/catalog/register") || p.registers.Add(1) > 1 {
		forward.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	p.first(w, func(w http.ResponseWriter) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	})
}

// startBehind runs a fleet that reaches its catalogd through a proxy.
func startBehind(t *testing.T, p *catalogProxy) lake {
	t.Helper()
	return startProxied(t, t.TempDir(), "catalogd", p, &p.catalogd, uncompacted)
}

// A job whose registration was made and never answered finds that out by its key,
// also where the same content may be loaded again.
func TestAJobWhoseRegistrationIsNotAnsweredIsDoneOnce(t *testing.T) {
	p := &catalogProxy{first: func(_ http.ResponseWriter, ask func(http.ResponseWriter)) {
		ask(httptest.NewRecorder())
		panic(http.ErrAbortHandler)
	}}
	l := startBehind(t, p)
	job := l.ended(l.submit("name=people&mode=append&allow_duplicate=true", "id,name\n1,Ada\n2,Grace\n").ID)
	if job.State != ingest.JobSucceeded || job.Answer.Version != 1 || job.Answer.Rows != 2 || p.registers.Load() != 1 {
		t.Errorf("%+v after %d registrations", job, p.registers.Load())
	}
	if got := l.rows("SELECT count(*)::BIGINT FROM people"); got[0] != "2" {
		t.Errorf("rows: %v", got)
	}
}

// The catalog's answer to a registration may be lost, and whoever stands between
// may ask again. Whatever the client is told then, a retry finds the rows there,
// once.
func TestALostAnswerOfTheCatalogLosesNoRow(t *testing.T) {
	for name, c := range map[string]struct {
		first  func(w http.ResponseWriter, ask func(http.ResponseWriter))
		status int
	}{
		"lost": {func(_ http.ResponseWriter, ask func(http.ResponseWriter)) {
			ask(httptest.NewRecorder())
			panic(http.ErrAbortHandler)
		}, http.StatusServiceUnavailable},
		"asked twice": {func(w http.ResponseWriter, ask func(http.ResponseWriter)) {
			ask(httptest.NewRecorder())
			ask(w)
		}, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			p := &catalogProxy{first: c.first}
			l := startBehind(t, p)
			send := func() (int, map[string]any) {
				return l.sendWith(http.Header{"Content-Type": {"text/csv"}, "Idempotency-Key": {"k1"}},
					http.MethodPost, "/v1/ingest?name=people", "id,name\n1,Ada\n2,Grace\n")
			}
			if status, doc := send(); status != c.status || p.registers.Load() != 1 {
				t.Errorf("%d %v after %d registrations", status, doc, p.registers.Load())
			}
			if status, doc := send(); status != http.StatusOK || doc["unchanged"] != true || doc["rows"] != 2.0 {
				t.Errorf("again: %d %v", status, doc)
			}
			if got := l.rows("SELECT count(*)::BIGINT, max(name) FROM people"); got[0] != `2|"Grace"` {
				t.Errorf("rows: %v", got)
			}
		})
	}
}
