package catalogd

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// tap is a way to storaged on which a test can act between a request and its
// answer.
type tap struct {
	at atomic.Pointer[func(*http.Request) bool] // true: storaged has answered, and do is to be called
	do func()
}

// tapped gives an engine whose requests go through a tap.
func tapped(t *testing.T) (*engine, *tap) {
	t.Helper()
	s := *newEngine(t, Defaults()).store.Client
	target, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := p.at.Load()
		if at == nil || !(*at)(r) || !p.at.CompareAndSwap(at, nil) {
			forward.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, r)
		p.do()
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // the engine notices
	}))
	t.Cleanup(server.Close)
	s.Base = server.URL
	return openEngine(t, &s, Defaults()), p
}

// TestAdoptionDuringASearch: an old object that a commit adopts while a search has it
// in its hands stays, at whatever moment that is. Once it is doomed a commit makes
// a copy, and loses nothing either.
func TestAdoptionDuringASearch(t *testing.T) {
	listing := func(r *http.Request) bool { return r.URL.Query().Get("prefix") == datasetsPrefix }
	for name, c := range map[string]struct {
		at      func(*http.Request) bool
		inPlace bool
	}{
		"when it is listed": {listing, true},
		"when the pointer is compared": {func(r *http.Request) bool {
			return r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/n.json")
		}, true},
		"when the versions are read":         {func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/snap-") }, true},
		"after the search":                   {nil, false},
		"in the folder of no dataset":        {listing, true},
		"in that folder, after it is judged": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			e, p := tapped(t)
			e.loadInto(t, "a", catalog.Append, 1)
			id, mode := e.load1(t, catalog.Append, 1).DatasetID, catalog.Append
			if strings.HasPrefix(name, "in ") {
				id, mode = catalog.NewID(), catalog.Create
			}
			orphan, other := e.putOwn(t, id, 2), e.putOwn(t, id, 3)
			e.age(t, old, e.keys(t, datasetsPrefix)...)
			reg, err := newRegistration(catalog.Registration{Name: "n", Mode: mode, DatasetID: id, Objects: []catalog.ObjectRef{{Key: orphan}}}, "")
			if err != nil {
				t.Fatal(err)
			}
			if mode == catalog.Create {
				reg.name.Name, reg.Name = "b", "b"
			}
			adopt := func() {
				if _, created, err := e.register(t.Context(), reg); err != nil || !created {
					t.Errorf("created is %t, %v", created, err)
				}
			}
			if p.do = adopt; c.at != nil {
				p.at.Store(&c.at)
			}
			w, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(w.doomed, other) {
				t.Errorf("the other orphan was not found; %q were", w.doomed)
			}
			if c.at == nil {
				adopt()
			} else if p.at.Load() != nil {
				t.Fatal("nothing was adopted during the search")
			}
			for range 2 {
				e.cleanOnce(t.Context(), time.Now().Add(e.cleaner.grace))
				files := e.readable(t)
				if slices.Contains(files, orphan) != c.inPlace || slices.Contains(files, other) || len(files) != 3 && mode == catalog.Append {
					t.Errorf("the versions hold %q; the orphan was %s", files, orphan)
				}
				m, err := e.manifest(t.Context(), reg.name.String(), catalog.At{})
				if err != nil || !slices.ContainsFunc(m.Objects, func(o catalog.DataObject) bool { return (o.Key == orphan) == c.inPlace }) {
					t.Errorf("the version is %+v, %v", m, err)
				}
				e.age(t, old, e.keys(t, datasetsPrefix)...)
				if _, err := e.searchOrphans(t.Context(), time.Now().Add(-grace), maxOrphans); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestAdoptionThatMayStillCome: a pointer whose write got no answer may arrive
// after the search, and finds all that it names.
func TestAdoptionThatMayStillCome(t *testing.T) {
	for _, mode := range []catalog.Mode{catalog.Append, catalog.Create} {
		t.Run(string(mode), func(t *testing.T) {
			s := newEngine(t, Defaults()).store.Client
			var late *http.Request
			held := *s
			held.Base = holding(t, s, func(r *http.Request) bool {
				return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/late.json") && late == nil
			}, &late)
			e := openEngine(t, &held, Defaults())
			e.loadInto(t, "z", catalog.Append, 1)
			id := catalog.NewID()
			if mode == catalog.Append {
				direct := openEngine(t, s, Defaults())
				id = direct.loadInto(t, "late", catalog.Append, 1).DatasetID
			}
			orphan := e.putOwn(t, id, 2)
			e.age(t, old, e.keys(t, datasetsPrefix)...)
			reg, err := newRegistration(catalog.Registration{Name: "late", Mode: mode, DatasetID: id, Objects: []catalog.ObjectRef{{Key: orphan}}}, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := e.register(t.Context(), reg); err == nil || late == nil {
				t.Fatalf("the pointer was not held back: %v", err)
			}
			e.age(t, old, e.keys(t, datasetsPrefix)...)
			e.withoutOrphans(t)
			resp, err := http.DefaultClient.Do(late)
			if err != nil || resp.StatusCode >= 300 {
				t.Fatalf("the late pointer was answered with %+v, %v", resp, err)
			}
			resp.Body.Close()
			if files := e.readable(t); !slices.Contains(files, orphan) {
				t.Errorf("the versions hold %q, not %s", files, orphan)
			}
			left := e.withoutOrphans(t)
			if again := e.withoutOrphans(t); !slices.Equal(left, again) || !slices.Contains(left, orphan) {
				t.Errorf("left are %q", left)
			}
		})
	}
}

// TestKilledBeforeThePointer: what a daemon wrote for a version whose pointer it
// never moved is an orphan to the next one, wholly.
func TestKilledBeforeThePointer(t *testing.T) {
	for _, c := range []struct {
		name string
		mode catalog.Mode
	}{{"n", catalog.Append}, {"n", catalog.Replace}, {"fresh", catalog.Create}} {
		t.Run(string(c.mode), func(t *testing.T) {
			s := newEngine(t, Defaults()).store.Client
			e := openEngine(t, s, Defaults())
			e.load1(t, catalog.Append, 1)
			needed := e.keys(t, datasetsPrefix)
			var never *http.Request
			cut := *s
			cut.Base = holding(t, s, func(r *http.Request) bool {
				return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, ".json") && strings.Contains(r.URL.Path, "/catalog/")
			}, &never)
			if _, err := openEngine(t, &cut, Defaults()).tryLoad(t, c.name, c.mode, 2); err == nil {
				t.Fatal("the pointer was moved")
			}
			all := e.keys(t, datasetsPrefix)
			if len(all) < len(needed)+4 {
				t.Errorf("%d objects were left behind", len(all)-len(needed))
			}
			e.age(t, old, all...)
			if left := openEngine(t, s, Defaults()).withoutOrphans(t); !slices.Equal(left, needed) {
				t.Errorf("it has changed:\n%s", differences(left, needed))
			}
			e.readable(t)
		})
	}
}

// holding gives the address of a way to storaged that answers some requests with
// 503, and keeps them to be sent later.
func holding(t *testing.T, s *storage.Client, hold func(*http.Request) bool, late **http.Request) string {
	t.Helper()
	target, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hold(r) {
			forward.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		kept, err := http.NewRequest(r.Method, s.Base+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			t.Error(err)
		}
		kept.Header = r.Header.Clone()
		*late = kept
		wire.WriteProblem(w, r, wire.Unavailable("storaged"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
