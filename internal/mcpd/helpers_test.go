package mcpd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// edge stands in for the gateway where an answer has to be as a fleet seldom gives it.
type edge struct {
	t      *testing.T
	server *server.MCPServer
	mu     sync.Mutex
	routes map[string]http.HandlerFunc // by "POST /sql"
	asked  []string                    // the bodies, by "POST /sql {...}"
}

func startEdge(t *testing.T, patience time.Duration) *edge {
	t.Helper()
	e := &edge{t: t, routes: map[string]http.HandlerFunc{}}
	web := httptest.NewServer(http.HandlerFunc(e.serve))
	t.Cleanup(web.Close)
	client := service.OnlyGateway(wire.Client{Service: "gateway", Base: web.URL + "/v1"})
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	// What does not fit the schema that it was listed with is an error here.
	e.server = mcpd.New(mcpd.Gateway{Client: client, Log: log, Patience: patience}, server.WithOutputSchemaValidation())
	return e
}

func (e *edge) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1")
	e.mu.Lock()
	e.asked = append(e.asked, route+" "+r.URL.RawQuery+string(body))
	handle := e.routes[route]
	e.mu.Unlock()
	if handle == nil {
		wire.WriteProblem(w, r, wire.ErrRouteNotFound.Errorf("no such route: %s", route))
		return
	}
	handle(w, r)
}

// on answers a route with a JSON text.
func (e *edge) on(route, answer string) {
	e.handle(route, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
}

// fails answers a route with an error.
func (e *edge) fails(route string, err error) {
	e.handle(route, func(w http.ResponseWriter, r *http.Request) { wire.WriteProblem(w, r, err) })
}

func (e *edge) handle(route string, handle http.HandlerFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.routes[route] = handle
}

func (e *edge) requests() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked
}

// request sends one to the server and gives its answer.
func (e *edge) request(method string, params any) mcp.JSONRPCMessage {
	e.t.Helper()
	text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		e.t.Fatal(err)
	}
	return e.server.HandleMessage(context.Background(), text)
}

// call calls a tool and gives the text of its answer.
func (e *edge) call(tool string, args any) (text string, failed bool) {
	e.t.Helper()
	answer, ok := e.request("tools/call", map[string]any{"name": tool, "arguments": args}).(mcp.JSONRPCResponse)
	if !ok {
		e.t.Fatalf("%s is answered with an error of the protocol", tool)
	}
	var result struct {
		Content           []struct{ Text string }
		StructuredContent json.RawMessage
		IsError           bool
	}
	raw, err := json.Marshal(answer.Result)
	if err == nil {
		err = json.Unmarshal(raw, &result)
	}
	if err != nil || len(result.Content) != 1 {
		e.t.Fatalf("%s: %s %v", tool, raw, err)
	}
	text = result.Content[0].Text
	if !result.IsError && !sameJSON(e.t, text, string(result.StructuredContent)) {
		e.t.Errorf("%s: the text %s is not the content %s", tool, text, result.StructuredContent)
	}
	if len(text) > 21_000 {
		e.t.Errorf("%s: the answer has %d bytes", tool, len(text))
	}
	return text, result.IsError
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

// ok calls a tool that has to answer.
func (e *edge) ok(tool string, args any, answer any) string {
	e.t.Helper()
	text, failed := e.call(tool, args)
	if failed {
		e.t.Fatalf("%s %v: %s", tool, args, text)
	}
	if err := json.Unmarshal([]byte(text), answer); err != nil {
		e.t.Fatal(err)
	}
	return text
}

// refused calls a tool that has to fail with a code, and say some words.
func (e *edge) refused(tool string, args any, code string, words ...string) {
	e.t.Helper()
	text, failed := e.call(tool, args)
	if !failed || !strings.HasPrefix(text, code+": ") {
		e.t.Errorf("%s %v: want %s, got %.2000s", tool, args, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			e.t.Errorf("%s %v: %q is not in %s", tool, args, w, text)
		}
	}
}

type object = map[string]any
