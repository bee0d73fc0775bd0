package service

import (
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func accessRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/open", Access: Open, Handle: ok},
		{Method: "GET", Path: "/read", Access: Read, Handle: ok},
		{Method: "POST", Path: "/write", Handle: ok}, // Access left out: guarded most
	}
}

func TestTokensDecideWhatACallerMayDo(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret("current"), Next: NewSecret("next"), Read: NewSecret("read")}}.run(t, accessRoutes()...)
	for _, c := range []struct {
		name, header      string
		read, write, open *wire.Kind
	}{
		{"none", "", wire.ErrUnauthorized, wire.ErrUnauthorized, nil},
		{"current", "Bearer current", nil, nil, nil},
		{"next during a rotation", "Bearer next", nil, nil, nil},
		{"scheme in small letters", "bearer current", nil, nil, nil},
		{"read-only", "Bearer read", nil, wire.ErrReadOnlyToken, nil},
		{"wrong", "Bearer curren", wire.ErrUnauthorized, wire.ErrUnauthorized, nil},
		{"another scheme", "Basic current", wire.ErrUnauthorized, wire.ErrUnauthorized, nil},
		{"empty", "Bearer ", wire.ErrUnauthorized, wire.ErrUnauthorized, nil},
		{"bare", "current", wire.ErrUnauthorized, wire.ErrUnauthorized, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, route := range []struct {
				method, path string
				want         *wire.Kind
			}{
				{"GET", "/open", c.open}, {"GET", "/health", c.open},
				{"GET", "/read", c.read}, {"GET", "/ready", c.read}, {"GET", "/metrics", c.read},
				{"POST", "/write", c.write},
			} {
				resp := s.do(route.method, route.path, nil, "Authorization: "+c.header)
				if route.want == nil {
					wantStatus(t, resp, http.StatusOK)
					continue
				}
				wantProblem(t, resp, route.want)
				if challenge := resp.Header.Get("WWW-Authenticate"); (challenge != "") != (route.want == wire.ErrUnauthorized) {
					t.Errorf("%s: WWW-Authenticate %q with a %d", route.path, challenge, resp.StatusCode)
				}
			}
		})
	}
}

func TestAnEmptyNextOrReadTokenOpensNothing(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret("current")}}.run(t, accessRoutes()...)
	for _, header := range []string{"Bearer", "Bearer ", "Bearer  "} {
		wantProblem(t, s.do("GET", "/read", nil, "Authorization: "+header), wire.ErrUnauthorized)
	}
}

func TestWithoutATokenOnlyThisBoxMayCall(t *testing.T) {
	s := setup{fleet: func(f *Fleet) { f.AllowedHosts = []string{"Lake.Example"} }}.run(t, accessRoutes()...)
	for _, c := range []struct {
		header string
		want   *wire.Kind
	}{
		{"Host: 127.0.0.1:3110", nil},
		{"Host: localhost", nil},
		{"Host: [::1]:3110", nil},
		{"Host: [::1]", nil},
		{"Host: console.localhost:3110", nil},
		{"Host: lake.example:80", nil},
		{"Host: evil.example", wire.ErrHostNotAllowed},
		{"Host: localhost.evil.example", wire.ErrHostNotAllowed},
		{"Host: 10.0.0.1:3110", wire.ErrHostNotAllowed},
		{"X-Forwarded-For: 10.1.1.1", wire.ErrProxyNoToken},
		{"X-Forwarded-Port: 443", wire.ErrProxyNoToken},
		{"Forwarded: for=10.1.1.1", wire.ErrProxyNoToken},
		{"X-Real-Ip: 10.1.1.1", wire.ErrProxyNoToken},
		{"Via: 1.1 proxy", wire.ErrProxyNoToken},
		{"X-Forwarded-For: ", wire.ErrProxyNoToken},
	} {
		for _, path := range []string{"/open", "/read", "/health"} {
			resp := s.do("GET", path, nil, c.header)
			if c.want == nil {
				wantStatus(t, resp, http.StatusOK)
				continue
			}
			wantProblem(t, resp, c.want)
		}
	}
}

func TestWithATokenAProxyMayStandInFront(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret("current")}}.run(t, accessRoutes()...)
	resp := s.do("GET", "/read", nil, "Authorization: Bearer current", "Host: lake.example", "X-Forwarded-For: 10.1.1.1", "Via: 1.1 proxy")
	wantStatus(t, resp, http.StatusOK)
}

func TestAPageOfAnotherOriginMayNotWrite(t *testing.T) {
	for _, tokens := range []Tokens{{}, {Current: NewSecret("current")}} {
		s := setup{tokens: tokens}.run(t, accessRoutes()...)
		auth := "Authorization: Bearer current"
		for _, c := range []struct {
			headers []string
			want    *wire.Kind
		}{
			{nil, nil},
			{[]string{"Origin: " + s.url}, nil},
			{[]string{"Sec-Fetch-Site: same-origin"}, nil},
			{[]string{"Origin: https://evil.example"}, wire.ErrCrossOrigin},
			{[]string{"Origin: null"}, wire.ErrCrossOrigin},
			{[]string{"Sec-Fetch-Site: cross-site"}, wire.ErrCrossOrigin},
			{[]string{"Sec-Fetch-Site: same-site"}, wire.ErrCrossOrigin},
		} {
			resp := s.do("POST", "/write", strings.NewReader("{}"), append(c.headers, auth)...)
			if c.want == nil {
				wantStatus(t, resp, http.StatusOK)
				continue
			}
			wantProblem(t, resp, c.want)
		}
		resp := s.do("GET", "/read", nil, "Sec-Fetch-Site: cross-site", auth)
		wantStatus(t, resp, http.StatusOK)
		if allow := resp.Header.Get("Access-Control-Allow-Origin"); allow != "" {
			t.Errorf("a page of another origin may read the answer: Access-Control-Allow-Origin %q", allow)
		}
	}
}

func TestAllowedIPsNarrowWhoMayCall(t *testing.T) {
	for _, c := range []struct {
		allowed []string
		want    *wire.Kind
	}{
		{[]string{"127.0.0.1"}, nil},
		{[]string{"10.0.0.0/8", "127.0.0.0/8"}, nil},
		{[]string{"10.0.0.0/8"}, wire.ErrIPNotAllowed},
		{[]string{"::1"}, wire.ErrIPNotAllowed},
	} {
		s := setup{fleet: func(f *Fleet) { f.AllowedIPs = c.allowed }}.run(t, accessRoutes()...)
		resp := s.do("GET", "/health", nil)
		if c.want == nil {
			wantStatus(t, resp, http.StatusOK)
			continue
		}
		wantProblem(t, resp, c.want)
	}
}

func TestAllowedIPsThatCannotBeReadStopTheStart(t *testing.T) {
	fleet := DefaultFleet()
	fleet.AllowedIPs = []string{"10.0.0.0/8", "intranet"}
	_, err := NewEnv("queryd", fleet, nil, Secrets{}, silent())
	if err == nil || !strings.Contains(err.Error(), `"intranet"`) {
		t.Errorf("got %v, want an error that names the entry", err)
	}
}

func TestBindPolicy(t *testing.T) {
	for _, c := range []struct {
		listen string
		token  string
		fine   bool
	}{
		{"127.0.0.1:1", "", true}, {"[::1]:1", "", true}, {"localhost:1", "", true}, {"127.8.8.8:1", "", true},
		{"0.0.0.0:1", "", false}, {"[::]:1", "", false}, {":1", "", false}, {"192.168.1.2:1", "", false}, {"lake.example:1", "", false},
		{"0.0.0.0:1", "token", true}, {":1", "token", true},
	} {
		err := checkBind(c.listen, Tokens{Current: NewSecret(c.token)})
		if (err == nil) != c.fine {
			t.Errorf("listen on %s with token %t: %v", c.listen, c.token != "", err)
		}
		if err != nil && !strings.Contains(err.Error(), "AUTH_TOKEN") {
			t.Errorf("the refusal does not say how to mend it: %v", err)
		}
	}
}

func TestAListenerBeyondLoopbackNeedsAToken(t *testing.T) {
	fleet := DefaultFleet()
	fleet.Bind = "0.0.0.0"
	s := setup{}.run(t)
	env := s.env
	env.Fleet = fleet
	if l, err := Listen(env); err == nil {
		l.Close()
		t.Error("listening on every address without a token was allowed")
	}
}
