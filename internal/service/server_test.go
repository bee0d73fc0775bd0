package service

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestEveryDaemonTellsHowItIs(t *testing.T) {
	var reasons atomic.Value
	reasons.Store([]string(nil))
	s := setup{ready: func(context.Context) []string { return reasons.Load().([]string) }}.run(t)

	var health Health
	resp := s.do("GET", "/health", nil)
	if err := json.NewDecoder(resp.Body).Decode(&health); err != nil {
		t.Fatal(err)
	}
	if want := (Health{Status: "ok", Service: "queryd", Version: Version()}); health != want {
		t.Errorf("health %+v, want %+v", health, want)
	}
	wantStatus(t, s.do("GET", "/ready", nil), http.StatusOK)

	reasons.Store([]string{"storaged does not answer", "no worker is warm"})
	resp = s.do("GET", "/ready", nil)
	p := wantProblem(t, resp, wire.ErrNotReady)
	if got := fmt.Sprint(p.Fields["reasons"]); got != "[storaged does not answer no worker is warm]" {
		t.Errorf("reasons %s", got)
	}
	if resp.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q, want 1", resp.Header.Get("Retry-After"))
	}
	wantStatus(t, s.do("GET", "/health", nil), http.StatusOK)
}

func TestUnknownRoutesMethodsAndParametersAreNamed(t *testing.T) {
	s := setup{}.run(t,
		Route{Method: "GET", Path: "/objects/*", Query: []Param{{Name: "prefix"}}, Handle: ok},
		Route{Method: "PUT", Path: "/objects/*", Handle: ok},
		Route{Path: "/any/*", AnyQuery: true, Handle: ok},
	)
	p := wantProblem(t, s.do("GET", "/nowhere", nil), wire.ErrRouteNotFound)
	if !strings.Contains(p.Detail, "/nowhere") || !strings.Contains(p.Detail, "/docs") {
		t.Errorf("detail %q does not name the path, and where to read of those that are", p.Detail)
	}
	resp := s.do("DELETE", "/objects/a%2Fb", nil)
	wantProblem(t, resp, wire.ErrMethodNotAllowed)
	if allow := resp.Header.Get("Allow"); allow != "GET, PUT" {
		t.Errorf("Allow %q, want GET, PUT", allow)
	}
	p = wantProblem(t, s.do("GET", "/objects/a?prefx=1", nil), wire.ErrUnknownParameter)
	if !strings.Contains(p.Detail, `"prefx"`) || !strings.Contains(p.Detail, "prefix") {
		t.Errorf("detail %q names neither the parameter nor the known ones", p.Detail)
	}
	wantProblem(t, s.do("GET", "/objects/a?prefix=1&prefix=2", nil), wire.ErrBadRequest)
	wantProblem(t, s.do("GET", "/objects/a?prefix=%zz", nil), wire.ErrBadRequest)
	wantStatus(t, s.do("GET", "/objects/a?prefix=1", nil), http.StatusOK)
	for _, method := range []string{"GET", "PUT", "POST", "DELETE", "PATCH"} {
		wantStatus(t, s.do(method, "/any/thing?a=1&a=2", nil), http.StatusOK)
	}
}

func TestAPanicIsOneAnswerAndIsCounted(t *testing.T) {
	s := setup{}.run(t, Route{Method: "GET", Path: "/panic", Handle: func(http.ResponseWriter, *http.Request) error {
		panic("index out of range of a secret table")
	}})
	p := wantProblem(t, s.do("GET", "/panic", nil), wire.ErrInternal)
	if strings.Contains(p.Detail, "secret table") {
		t.Errorf("the cause of a panic reached the client: %q", p.Detail)
	}
	wantStatus(t, s.do("GET", "/health", nil), http.StatusOK)
	if m := metrics(t, s); !strings.Contains(m, "lakehouse_http_panics_total 1\n") {
		t.Errorf("the panic is not counted:\n%s", grep(m, "panics"))
	}
	_ = s.stop()
	got := s.log.requests(t, "/panic")
	if len(got) != 1 || !strings.Contains(fmt.Sprint(got[0]["error"]), "secret table") || !strings.Contains(fmt.Sprint(got[0]["error"]), "server_test.go") {
		t.Errorf("the log does not hold the panic with its stack: %v", got)
	}
}

func metrics(t *testing.T, s *subject) string {
	t.Helper()
	body, err := io.ReadAll(s.do("GET", "/metrics", nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func grep(text, word string) string {
	return strings.Join(regexp.MustCompile(`(?m)^.*`+regexp.QuoteMeta(word)+`.*$`).FindAllString(text, -1), "\n")
}

func TestMetricsCountByRouteAndDoNotGrowWithWhatClientsMakeUp(t *testing.T) {
	s := setup{}.run(t, Route{Method: "GET", Path: "/items/{id}", Access: Read, Handle: ok})
	for i := range 3 {
		wantStatus(t, s.do("GET", fmt.Sprintf("/items/%d", i), nil), http.StatusOK)
		s.do(fmt.Sprintf("MADEUP%d", i), "/items/1", nil)
		s.do("GET", fmt.Sprintf("/nowhere/%d", i), nil)
	}
	m := metrics(t, s)
	for _, want := range []string{
		`lakehouse_http_requests_total{method="GET",route="/items/{id}",status="200"} 3`,
		`lakehouse_http_requests_total{method="other",route="(none)",status="405"} 3`,
		`lakehouse_http_requests_total{method="GET",route="(none)",status="404"} 3`,
		`lakehouse_http_request_duration_seconds_count{method="GET",route="/items/{id}"} 3`,
		`lakehouse_build_info{service="queryd",version="` + Version() + `"} 1`,
	} {
		if !strings.Contains(m, want) {
			t.Errorf("metrics lack %s; there is\n%s", want, grep(m, "requests_total"))
		}
	}
}

func TestEachRequestIsOneLogLine(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret("current")}}.run(t,
		Route{Method: "POST", Path: "/sql/{id}", MaxBody: 100, Handle: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.ReadAll(r.Body); err != nil {
				return err
			}
			Annotate(r.Context(), slog.Int("rows", 412))
			return ok(w, r)
		}},
	)
	const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	s.do("POST", "/sql/1?token=hidden-in-query", strings.NewReader("12345"), "Authorization: Bearer current", "X-Request-Id: r-1", "Traceparent: "+trace)
	resp := s.do("POST", "/sql/1", strings.NewReader("12345"), "Authorization: Bearer current")
	wantStatus(t, resp, http.StatusOK)
	wantProblem(t, s.do("POST", "/sql/2", nil, "Authorization: Bearer hidden-in-header"), wire.ErrUnauthorized)
	_ = s.stop()

	if got := s.log.requests(t, "/sql/1"); len(got) != 2 {
		t.Fatalf("%d lines for two requests: %v", len(got), got)
	}
	line := s.log.requests(t, "/sql/1")[1]
	for key, want := range map[string]any{
		"level": "INFO", "service": "queryd", "method": "POST", "route": "/sql/{id}", "status": 200.0,
		"bytes_in": 5.0, "bytes_out": 2.0, "rows": 412.0,
		"request_id": resp.Header.Get("X-Request-Id"),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	refused := s.log.requests(t, "/sql/2")
	if len(refused) != 1 || refused[0]["level"] != "WARN" || refused[0]["status"] != 401.0 {
		t.Errorf("a refused request is logged as %v", refused)
	}
	if log := s.log.String(); strings.Contains(log, "hidden-in") || strings.Contains(log, "current") {
		t.Errorf("a secret is in the log:\n%s", log)
	}
}

func TestRequestIDAndTraceComeInAndGoOut(t *testing.T) {
	s := setup{}.run(t, Route{Method: "GET", Path: "/hop", Handle: func(w http.ResponseWriter, r *http.Request) error {
		out := http.Header{}
		wire.TraceOf(r.Context()).Inject(out)
		return wire.WriteJSON(w, http.StatusOK, out)
	}})
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	hop := func(headers ...string) (http.Header, string) {
		resp := s.do("GET", "/hop", nil, headers...)
		var out http.Header
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		if ids := resp.Header.Values("X-Request-Id"); len(ids) != 1 || ids[0] != out.Get("X-Request-Id") {
			t.Errorf("answered with request ids %q, called on with %q", ids, out.Get("X-Request-Id"))
		}
		return out, resp.Header.Get("X-Request-Id")
	}
	out, id := hop("X-Request-Id: r-1", "Traceparent: 00-"+traceID+"-b7ad6b7169203331-00")
	if id != "r-1" {
		t.Errorf("request id %q, want the caller's", id)
	}
	if got := out.Get("Traceparent"); !regexp.MustCompile(`^00-`+traceID+`-[0-9a-f]{16}-00$`).MatchString(got) || strings.Contains(got, "b7ad6b7169203331") {
		t.Errorf("traceparent %q, want the caller's trace with a span of this hop", got)
	}
	_, first := hop()
	_, second := hop("X-Request-Id: two words", "Traceparent: 00-junk")
	if first == "" || first == second || strings.Contains(second, " ") {
		t.Errorf("made-up ids %q and %q", first, second)
	}
	p := wantProblem(t, s.do("GET", "/nowhere", nil, "X-Request-Id: r-2"), wire.ErrRouteNotFound)
	if p.RequestID != "r-2" {
		t.Errorf("the problem names request %q", p.RequestID)
	}
}

func TestADrainLetsRequestsFinishAndTakesNoNewOnes(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	var finished, closed atomic.Bool
	s := setup{close: func() error { closed.Store(finished.Load()); return nil }}.run(t,
		Route{Method: "GET", Path: "/slow", Handle: func(w http.ResponseWriter, r *http.Request) error {
			close(started)
			<-release
			finished.Store(true)
			return ok(w, r)
		}},
		Route{Method: "GET", Path: "/quick", Handle: ok},
	)
	slow := make(chan *http.Response, 1)
	go func() { slow <- s.do("GET", "/slow", nil) }()
	<-started
	s.end()
	for s.do("GET", "/ready", nil).StatusCode == http.StatusOK {
		continue // until the signal has arrived
	}
	p := wantProblem(t, s.do("GET", "/ready", nil), wire.ErrNotReady)
	if !strings.Contains(p.Detail, "draining") {
		t.Errorf("the reason is %q", p.Detail)
	}
	wantStatus(t, s.do("GET", "/health", nil), http.StatusOK)
	resp := s.do("GET", "/quick", nil)
	if p := wantProblem(t, resp, wire.ErrUnavailable); p.Fields["service"] != "queryd" || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a new request is refused with %v, Retry-After %q", p.Fields, resp.Header.Get("Retry-After"))
	}
	close(release)
	wantStatus(t, <-slow, http.StatusOK)
	if err := s.stop(); err != nil {
		t.Errorf("the drain failed: %v", err)
	}
	if !closed.Load() {
		t.Error("the daemon was not closed, or before its last request had finished")
	}
}

// An answer that has no end of its own learns of the drain and ends, and the drain
// does not wait out its bound for it.
func TestAnEndlessAnswerEndsWithTheDrain(t *testing.T) {
	started := make(chan struct{})
	s := setup{}.run(t, Route{Method: "GET", Path: "/events", Handle: func(w http.ResponseWriter, r *http.Request) error {
		close(started)
		select {
		case <-Draining(r.Context()):
			return ok(w, r)
		case <-r.Context().Done(): // the drain's bound cuts it
			return r.Context().Err()
		}
	}})
	events := make(chan *http.Response, 1)
	go func() { events <- s.do("GET", "/events", nil) }()
	<-started
	if err := s.stop(); err != nil {
		t.Errorf("the drain failed: %v", err)
	}
	wantStatus(t, <-events, http.StatusOK)
}

func TestADrainEndsAtItsBound(t *testing.T) {
	started, ended := make(chan struct{}), make(chan struct{})
	s := setup{fleet: func(f *Fleet) { f.DrainTimeout = Duration(20 * time.Millisecond) }}.run(t,
		Route{Method: "GET", Path: "/forever", Handle: func(_ http.ResponseWriter, r *http.Request) error {
			close(started)
			<-r.Context().Done()
			close(ended)
			return r.Context().Err()
		}})
	go func() {
		resp, err := http.Get(s.url + "/forever")
		if err == nil {
			resp.Body.Close()
		}
	}()
	<-started
	if err := s.stop(); err != nil {
		t.Errorf("the drain failed: %v", err)
	}
	<-ended
	if !strings.Contains(s.log.String(), "requests were cut at the end of the drain timeout") {
		t.Error("the cut is not in the log")
	}
}

// A header is bounded, and one that is over the bound is its sender's trouble
// alone.
func TestHeadersAreBounded(t *testing.T) {
	s := setup{}.run(t, Route{Method: "GET", Path: "/x", Handle: ok})
	for size, status := range map[int]int{32 << 10: http.StatusOK, 128 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		wantStatus(t, s.do("GET", "/x", nil, "X-Long: "+strings.Repeat("x", size)), status)
	}
	wantStatus(t, s.do("GET", "/x", nil), http.StatusOK)
}

func TestAPortInUseIsExplained(t *testing.T) {
	s := setup{}.run(t)
	env := s.env
	env.Service = "gateway"
	first, err := listenAt(env, s.addr)
	if err == nil {
		first.Close()
		t.Fatal("two daemons on one port")
	}
	for _, want := range []string{"gateway cannot listen on " + s.addr, "--port-offset"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}
