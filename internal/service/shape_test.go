package service

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Every error of a route has the route's form, whoever answers with it.
func TestErrorsHaveTheFormOfTheirRoute(t *testing.T) {
	s := setup{tokens: Tokens{Current: NewSecret("full")}}.run(t,
		Route{Method: "POST", Path: "/embeddings", Access: Read, MaxBody: 16, ErrorAs: wire.AsOpenAI, Handle: func(_ http.ResponseWriter, r *http.Request) error {
			var body struct{ Input string }
			if err := wire.ReadJSON(r, &body); err != nil {
				return err
			}
			panic("a fault")
		}},
		Route{Method: "POST", Path: "/embed", Access: Read, Handle: func(http.ResponseWriter, *http.Request) error { return wire.ErrNotSupported.Errorf("no") }})
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		code, typ, param          string
	}{
		{"POST", "/embeddings", "", "{}", 401, "unauthorized", "authentication_error", ""},
		{"POST", "/embeddings?a=1", "full", "{}", 400, "unknown_parameter", "invalid_request_error", "a"},
		{"POST", "/embeddings", "full", `{"other":1}`, 400, "unknown_field", "invalid_request_error", "other"},
		{"POST", "/embeddings", "full", `{"input":1}`, 400, "bad_request", "invalid_request_error", "input"},
		{"POST", "/embeddings", "full", strings.Repeat(" ", 17), 413, "body_too_large", "invalid_request_error", ""},
		{"POST", "/embeddings", "full", `{}`, 500, "internal", "server_error", ""},
		{"GET", "/embeddings", "full", "", 405, "method_not_allowed", "invalid_request_error", ""},
	} {
		var said wire.OpenAIError
		resp := s.ask(c.method, c.path, c.token, c.body, &said)
		param := ""
		if said.Error.Param != nil {
			param = *said.Error.Param
		}
		if resp.StatusCode != c.status || said.Error.Code != c.code || said.Error.Type != c.typ || !strings.EqualFold(param, c.param) || said.Error.Message == "" {
			t.Errorf("%s %s %s: %d %+v (param %q)", c.method, c.path, c.body, resp.StatusCode, said, param)
		}
		if media := resp.Header.Get("Content-Type"); media != "application/json" {
			t.Errorf("%s %s: %s", c.method, c.path, media)
		}
	}
	for _, method := range []string{"GET", "POST"} {
		var problem wire.Problem
		if resp := s.ask(method, "/embed", "full", "{}", &problem); problem.Kind.Code == "" || resp.Header.Get("Content-Type") != wire.ContentTypeProblem {
			t.Errorf("%s /embed: %v %s", method, problem, resp.Header.Get("Content-Type"))
		}
	}
}

// ask sends a request and reads the JSON of its answer.
func (s *subject) ask(method, path, token, body string, into any) *http.Response {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		s.t.Errorf("%s %s: %q: %v", method, path, text, err)
	}
	return resp
}
