package fleet_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// startProxied runs a fleet that reaches one of its daemons through a proxy, which
// is told where that daemon is once it is known.
func startProxied(t *testing.T, data, daemon string, proxy http.Handler, target *atomic.Pointer[url.URL], change ...func(*fleet.Config)) lake {
	t.Helper()
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	c := fleet.Defaults()
	c.Fleet.Data, c.Fleet.AuthFile, c.Fleet.SecretsFile = data, "", ""
	c.Peers = map[string]string{daemon: server.URL}
	for _, f := range change {
		f(&c)
	}
	f := startAnywhere(t, c)
	t.Cleanup(func() { _ = f.Stop() })
	gateway, err := url.Parse(f.URL("gateway"))
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(gateway.Port())
	usual, _ := service.Port("gateway")
	own, _ := service.Port(daemon)
	target.Store(&url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(own+port-usual)})
	if err := f.WaitReady(t.Context(), func(string, string) {}); err != nil {
		t.Fatal(err)
	}
	return lake{t, f.URL("gateway")}
}

// gate stands before a daemon and holds some requests until it is opened, or their
// caller leaves.
type gate struct {
	target  atomic.Pointer[url.URL]
	holds   func(*http.Request) bool
	reached chan struct{} // a request is held
	opened  chan struct{}
}

func newGate(holds func(*http.Request) bool) *gate {
	return &gate{holds: holds, reached: make(chan struct{}, 100), opened: make(chan struct{})}
}

func (g *gate) open() { close(g.opened) }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := g.target.Load()
	if target == nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if g.holds(r) {
		body, err := io.ReadAll(r.Body) // or it is not noticed that the caller leaves
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		g.reached <- struct{}{}
		select {
		case <-g.opened:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}).ServeHTTP(w, r)
}

// uncompacted leaves small files as they are.
func uncompacted(c *fleet.Config) { c.Ingestd.Compact = false }
