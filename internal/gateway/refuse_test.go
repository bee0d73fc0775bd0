package gateway

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestADaemonThatIsDownIsNamed(t *testing.T) {
	e := setup{}.run(t)
	for path, daemon := range map[string]string{"/v1/storage/objects": "storaged", "/v1/catalog/list": "catalogd", "/v1/ingest": "ingestd", "/v1/sql": "queryd"} {
		resp := e.do("GET", path, nil)
		p := wantProblem(t, resp, wire.ErrUnavailable)
		if p.Fields["service"] != daemon || resp.Header.Get("Retry-After") != "1" || p.RetryAfter != time.Second {
			t.Errorf("%s: service %v, Retry-After %q", path, p.Fields["service"], resp.Header.Get("Retry-After"))
		}
	}
	var said wire.OpenAIError
	resp := e.do("POST", "/v1/embeddings", strings.NewReader(`{"input":"a"}`))
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || resp.StatusCode != 503 || said.Error.Code != "service_unavailable" || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("a path of OpenAI's API: %d %+v, %v", resp.StatusCode, said, err)
	}
	resp = e.do("POST", "/v1/ingest", strings.NewReader(strings.Repeat("x", 8<<20)))
	wantProblem(t, resp, wire.ErrUnavailable)
}

func TestADaemonThatIsNotDeployedIsNamed(t *testing.T) {
	e := setup{config: func(c *Config) { c.Deployed = []string{"storaged"} }}.run(t)
	for path, daemon := range map[string]string{
		"/v1/sql": "queryd", "/v1/iceberg/v1/config": "catalogd", "/v1/embed": "embedd",
		"/v1/vectors/index/resumes/search": "vectord",
		"/v1/matrix/search":                "matrixd", "/v1/pathways": "pathwayd", "/v1/observer/otlp/v1/traces": "observerd",
	} {
		p := wantProblem(t, e.do("POST", path, strings.NewReader("{}")), wire.ErrUnavailable)
		if p.Fields["service"] != daemon || !strings.Contains(p.Detail, "not deployed") {
			t.Errorf("%s: %v %q", path, p.Fields["service"], p.Detail)
		}
		there := daemon == "queryd" || daemon == "catalogd" || daemon == "vectord" || daemon == "embedd" // what this release has can be started
		if strings.Contains(p.Detail, "[gateway] deployed") != there || strings.Contains(p.Detail, "this release has none") == there {
			t.Errorf("%s: the remedy is no one's: %q", path, p.Detail)
		}
	}
	for path, daemon := range map[string]string{"/v1/embeddings": "embedd", "/v1/chat/completions": "chatd", "/v1/models": "chatd"} {
		var said wire.OpenAIError
		resp := e.do("POST", path, strings.NewReader("{}"))
		if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || resp.StatusCode != 503 || said.Error.Code != "service_unavailable" || !strings.Contains(said.Error.Message, daemon) {
			t.Errorf("%s, whose clients speak OpenAI's API: %d %+v, %v", path, resp.StatusCode, said, err)
		}
	}
	wantProblem(t, e.do("GET", "/v1/nothing", nil), wire.ErrRouteNotFound)
	wantProblem(t, e.do("GET", "/v1/embedx", nil), wire.ErrRouteNotFound)
}

func TestADaemonThatTakesTooLongIsATimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	e := setup{
		config: func(c *Config) { c.AnswerTimeout = service.Duration(20 * time.Millisecond) },
		peers: service.Peers{"catalogd": upstream(t, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		})},
	}.run(t)
	p := wantProblem(t, e.do("GET", "/v1/catalog/list", nil), wire.ErrPeerTimeout)
	if p.Fields["service"] != "catalogd" {
		t.Errorf("service %v", p.Fields["service"])
	}
}

// TestWorkOnFilesMayTakeLonger: what copies or converts files before it answers is
// waited for when anything else would have been given up.
func TestWorkOnFilesMayTakeLonger(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	work := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			began <- struct{}{}
			select {
			case <-release:
				w.WriteHeader(http.StatusCreated)
			case <-r.Context().Done():
			}
			return
		}
		<-r.Context().Done()
	})
	e := setup{
		config: func(c *Config) { c.AnswerTimeout = service.Duration(20 * time.Millisecond) },
		peers:  service.Peers{"catalogd": work, "ingestd": work},
	}.run(t)
	paths := []string{"/v1/catalog/register", "/v1/catalog/erase", "/v1/ingest"}
	answers := make(chan int, len(paths))
	for _, path := range paths {
		go func() {
			resp, err := http.Post(e.url+path, "", nil)
			if err != nil {
				answers <- 0
				return
			}
			resp.Body.Close()
			answers <- resp.StatusCode
		}()
		<-began
	}
	wantProblem(t, e.do("GET", "/v1/catalog/list", nil), wire.ErrPeerTimeout) // which began later
	close(release)
	for range paths {
		if status := <-answers; status != http.StatusCreated {
			t.Errorf("status %d", status)
		}
	}
}

func TestAnUploadThatStandsStillIsCutAtTheGateway(t *testing.T) {
	e := setup{peers: service.Peers{"ingestd": upstream(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) })}, idle: 30 * time.Millisecond}.run(t)
	conn := e.conn()
	_, _ = io.WriteString(conn, "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly this")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, resp, wire.ErrBodyIdle)
}

// raw sends a request line as it is, since a client would tidy the path.
func (e *edge) raw(method, path string, headers ...string) *http.Response {
	e.t.Helper()
	conn := e.conn()
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n%s\r\n", method, path, strings.Join(append(headers, ""), "\r\n"))
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		e.t.Fatal(err)
	}
	return resp
}

func TestKeysThatNoWriteMayName(t *testing.T) {
	reached := make(chan string, 100)
	e := setup{peers: service.Peers{"storaged": upstream(t, func(_ http.ResponseWriter, r *http.Request) { reached <- r.Method + " " + r.RequestURI })}}.run(t)
	for spelling, kind := range map[string]*wire.Kind{
		"datasets/0198/data/x.parquet":    storage.ErrReservedKey,
		"catalog/default/placements.json": storage.ErrReservedKey,
		"vectors/0198/log/1":              storage.ErrReservedKey,
		"system/settings.json":            storage.ErrReservedKey,
		"datasets":                        storage.ErrReservedKey,
		"datasets/":                       storage.ErrReservedKey,
		"%64atasets/x":                    storage.ErrReservedKey,
		"datasets%2Fx":                    storage.ErrReservedKey,
		"%64%61%74%61%73%65%74%73%2fx":    storage.ErrReservedKey,
		"datasets/x?bucket=other":         storage.ErrReservedKey,
		"catalog/%2e%2e/x":                storage.ErrReservedKey,
		"./datasets/x":                    storage.ErrBadKey,
		"/datasets/x":                     storage.ErrBadKey,
		"%2Fdatasets/x":                   storage.ErrBadKey,
		"a/../datasets/x":                 storage.ErrBadKey,
		"a/%2e%2E/datasets/x":             storage.ErrBadKey,
		"%2e/datasets/x":                  storage.ErrBadKey,
		"a//b":                            storage.ErrBadKey,
		"datasets%00/x":                   storage.ErrBadKey,
		"":                                storage.ErrBadKey,
	} {
		for _, method := range []string{"PUT", "DELETE", "POST", "PATCH"} {
			wantProblem(t, e.raw(method, "/v1/storage/objects/"+spelling), kind)
		}
	}
	for _, path := range []string{"/v1/storage%2Fobjects/datasets/x", "/v1//storage/objects/datasets/x", "//v1/storage/objects/datasets/x",
		"/v1/./storage/objects/datasets/x", "/v1%2Fstorage/objects/datasets/x", "/%761/storage/objects/datasets/x"} {
		wantProblem(t, e.raw("PUT", path), wire.ErrRouteNotFound)
	}
	wantProblem(t, e.raw("PUT", "/v1/storage/objects%2Fdatasets/x"), storage.ErrReservedKey)
	if len(reached) > 0 {
		t.Fatalf("a write under a reserved key reached storaged: %s", <-reached)
	}
	// A key is decoded once, so these are ordinary keys, and reading is free.
	for _, free := range []string{"PUT /v1/storage/objects/%2564atasets/x", "PUT /v1/storage/objects/datasetsx", "PUT /v1/storage/objects/my/datasets/x",
		"GET /v1/storage/objects/datasets/x", "HEAD /v1/storage/objects/catalog/x"} {
		method, path, _ := strings.Cut(free, " ")
		e.raw(method, path)
		if got, want := <-reached, method+" "+strings.TrimPrefix(path, "/v1"); got != want {
			t.Errorf("%s reached storaged as %s", free, got)
		}
	}
}

func TestWhoMayPass(t *testing.T) {
	tokens := service.Tokens{Current: service.NewSecret("current"), Read: service.NewSecret("read")}
	env, err := service.NewEnv("storaged", service.DefaultFleet(), nil, service.Secrets{Tokens: tokens}, silent())
	if err != nil {
		t.Fatal(err)
	}
	fine := func(w http.ResponseWriter, _ *http.Request) error { return wire.WriteJSON(w, http.StatusOK, true) }
	peer := serve(t, env, &service.Daemon{Routes: []service.Route{
		{Method: "GET", Path: "/storage/objects/*", Access: service.Read, Handle: fine},
		{Method: "PUT", Path: "/storage/objects/*", Handle: fine},
	}})
	e := setup{tokens: tokens, peers: service.Peers{"storaged": "http://" + peer}}.run(t)
	for _, c := range []struct {
		method, path, token string
		want                *wire.Kind
	}{
		{"GET", "/v1/storage/objects/a", "", wire.ErrUnauthorized},
		{"GET", "/v1/storage/objects/a", "wrong", wire.ErrUnauthorized},
		{"GET", "/v1/storage/objects/a", "read", nil},
		{"PUT", "/v1/storage/objects/a", "read", wire.ErrReadOnlyToken},
		{"PUT", "/v1/storage/objects/a", "current", nil},
		{"PUT", "/v1/storage/objects/datasets/a", "", wire.ErrUnauthorized},
		{"GET", "/v1/embed", "", wire.ErrUnauthorized},
		{"GET", "/v1/health", "", wire.ErrUnauthorized},
		{"GET", "/v1/health", "read", nil},
		{"GET", "/v1/openapi.json", "", nil},
		{"GET", "/docs", "", nil},
		{"GET", "/health", "", nil},
	} {
		resp := e.do(c.method, c.path, nil, "Authorization: Bearer "+c.token)
		if c.want == nil {
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s %s with %q: %s", c.method, c.path, c.token, resp.Status)
			}
			continue
		}
		wantProblem(t, resp, c.want)
	}
}

func TestWithoutATokenNoPageAndNoProxyGetsThrough(t *testing.T) {
	e := setup{peers: service.Peers{"queryd": upstream(t, func(http.ResponseWriter, *http.Request) { t.Error("the request reached the daemon") })}}.run(t)
	for header, kind := range map[string]*wire.Kind{
		"Host: lake.example":           wire.ErrHostNotAllowed,
		"X-Forwarded-For: 10.1.1.1":    wire.ErrProxyNoToken,
		"Forwarded: for=10.1.1.1":      wire.ErrProxyNoToken,
		"Origin: https://evil.example": wire.ErrCrossOrigin,
		"Sec-Fetch-Site: cross-site":   wire.ErrCrossOrigin,
	} {
		wantProblem(t, e.do("POST", "/v1/sql", strings.NewReader("{}"), header), kind)
	}
}
