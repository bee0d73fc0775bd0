package service

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestOnlyAGatewayAnswersForTheGateway(t *testing.T) {
	says := func(status int, media, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	fails := func(err error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { wire.WriteProblem(w, r, err) }
	}
	for _, c := range []struct {
		name         string
		from         http.HandlerFunc
		code, detail string
	}{
		{"a web server", http.NotFound, "no_lakehouse", "it answers 404 Not Found"},
		{"one that reads only", says(501, "text/html", "<html>"), "no_lakehouse", "it answers 501"},
		{"a site", says(200, "text/html; charset=utf-8", "<html>"), "no_lakehouse", "a web page"},
		{"another API", says(401, "application/json", `{"error":"who are you?"}`), "no_lakehouse", "it answers 401"},
		{"a daemon", fails(wire.ErrRouteNotFound.Errorf("no route").With("service", "vectord")), "no_lakehouse", "it is vectord"},
		{"a gateway", says(200, "application/json", "{}"), "", ""},
		{"an older gateway", fails(wire.ErrRouteNotFound.Errorf("no route")), "route_not_found", "no route"},
		{"a long answer", fails(wire.ErrBadRequest.Errorf("%s", strings.Repeat("x", 8_000))), "bad_request", "xxx"},
		{"what is not there", fails((&wire.Kind{Status: 404, Code: "not_there"}).Errorf("%s", strings.Repeat("x", 8_000))), "not_there", strings.Repeat("x", 8_000)},
		{"a proxy whose gateway is away", says(502, "text/html", "<html>"), "bad_answer", "502"},
		{"a proxy that waits for one", says(503, "text/html", "<html>"), "service_unavailable", "gateway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			web := httptest.NewServer(c.from)
			defer web.Close()
			client := OnlyGateway(wire.Client{Service: "gateway", Base: web.URL + "/v1"})
			err := client.JSON(t.Context(), "GET", "/health", nil, nil, &struct{}{})
			var p *wire.Problem
			switch errors.As(err, &p); {
			case c.code == "" && err != nil:
				t.Error(err)
			case c.code != "" && (p == nil || p.Kind.Code != c.code || !strings.Contains(p.Detail, c.detail)):
				t.Errorf("want %s, %s: %v", c.code, c.detail, err)
			case c.code == ErrNoLakehouse.Code && !strings.Contains(p.Detail, web.URL):
				t.Errorf("it is not said where: %s", p.Detail)
			}
		})
	}
}

// A daemon that is taken for the gateway says which it is, and keeps quiet of that elsewhere:
// the gateway hands its answers on.
func TestADaemonThatIsNoGatewaySaysSo(t *testing.T) {
	s := setup{}.run(t)
	p := wantProblem(t, s.do("GET", "/v1/health", nil), wire.ErrRouteNotFound)
	if p.Fields["service"] == nil || !strings.Contains(p.Detail, "gateway's") {
		t.Errorf("%s %v", p.Detail, p.Fields)
	}
	if p := wantProblem(t, s.do("GET", "/nothing", nil), wire.ErrRouteNotFound); p.Fields["service"] != nil {
		t.Errorf("%s %v", p.Detail, p.Fields)
	}
}
