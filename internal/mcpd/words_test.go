package mcpd_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/mcpd"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What the fleet says is wrong is told with what to do; a call is never an error of the
// protocol for that.
func TestErrorsSayWhatToDo(t *testing.T) {
	e := startEdge(t, 0)
	for _, c := range []struct {
		err   error
		code  string
		words []string
	}{
		{query.ErrTableNotFound.Errorf("there is no table peple").With("near", []string{"people"}), "table_not_found", []string{"there is no table peple", "list_datasets", `"near":["people"]`}},
		{query.ErrNotAllowed.Errorf("DROP is no SELECT"), "sql_not_allowed", []string{"nothing can be changed"}},
		{query.ErrInvalid.Errorf("syntax error").With("position", 7), "sql_invalid", []string{`"position":7`}},
		{query.ErrTimeout.Errorf("too slow"), "query_timeout", []string{"ask for less"}},
		{wire.ErrUnauthorized.Errorf("no token"), "unauthorized", []string{"AUTH_TOKEN"}},
		{wire.ErrInternal.Errorf("something went wrong"), "internal", []string{"lakehouse doctor", "Request: "}},
		{wire.Unavailable("queryd"), "service_unavailable", []string{"queryd does not answer"}},
		{query.ErrInvalid.Errorf("long").With("all", strings.Repeat("x", 100_000)), "sql_invalid", []string{"cut: "}},
	} {
		e.handle("POST /sql", func(w http.ResponseWriter, r *http.Request) {
			wire.WriteProblem(w, r.WithContext(wire.WithTrace(r.Context(), wire.StartTrace(r.Header))), c.err)
		})
		e.refused("query_sql", object{"sql": "SELECT 1"}, c.code, c.words...)
	}
	for _, c := range []struct {
		err   *wire.Problem
		words string
	}{
		{embedding.ErrModelNotFound.Errorf("no model"), "mode lexical"},
		{embedding.ErrModelChanged.Errorf("another"), "mode lexical"},
		{embedding.ErrProviderDown.Errorf("away"), "mode lexical"},
		{wire.Unavailable("embedd"), "mode lexical"},
		{embedding.ErrBadText.Errorf("empty"), "give a text"},
		{vector.ErrDimension.Errorf("2 and not 3"), "dimension, or a text"},
		{wire.ErrRouteNotFound.Errorf("no route"), "another version"},
	} {
		e.fails("POST /vectors/index/x/search", c.err)
		e.refused("search_vectors", object{"index": "x", "text": "a"}, c.err.Kind.Code, "What to do: ", c.words)
	}
	e.fails("POST /embed", embedding.ErrProviderDown.Errorf("away"))
	if text, _ := e.call("embed_text", object{"text": "a"}); strings.Contains(text, "lexical") || !strings.Contains(text, "What to do: ") {
		t.Errorf("embed_text has no mode: %s", text)
	}
	e.fails("POST /sql", query.ErrInvalid.Errorf("boom").With("message", "boom"))
	if text, _ := e.call("query_sql", object{"sql": "SELECT 1"}); strings.Contains(text, "More:") {
		t.Errorf("it says twice: %s", text)
	}
	for _, c := range []struct {
		tool  string
		args  any
		words string
	}{
		{"query_sql", object{}, "missing property 'sql'"},
		{"query_sql", object{"sql": "SELECT 1", "write": true}, "'write' not allowed"},
		{"query_sql", object{"sql": "SELECT 1", "limit": 1001}, "want 1,000"},
		{"query_sql", object{"sql": "SELECT 1", "as_of": 3}, "at '/as_of'"},
		{"query_sql", object{"sql": ""}, "at '/sql'"},
		{"query_sql", []int{1}, "want object"},
		{"search_vectors", object{"index": "x", "mode": "best"}, "'hybrid'"},
		{"search_vectors", object{"index": "x", "k": 1.5}, "want integer"},
		{"query_sql", json.RawMessage(`{"sql":"SELECT 1","limit":2.0}`), "at '/limit': got number 2.0, want it without a point or an exponent"},
		{"query_sql", json.RawMessage(`null`), "What to do: "},
		{"search_vectors", object{"index": "x", "vector": []any{1e39}}, "bad_arguments"},
	} {
		e.refused(c.tool, c.args, "bad_arguments", c.words)
	}
}

// What answers in the gateway's place is told as what it is, and an answer has its bound.
func TestWhatIsNoLakehouseIsToldAsSuch(t *testing.T) {
	e := startEdge(t, time.Minute)
	e.on("GET /catalog/list", "<!DOCTYPE html><html><body>Welcome</body></html>")
	e.refused("list_datasets", nil, "no_lakehouse", "a web page", "--gateway")
	e.handle("GET /catalog/list", http.NotFound)
	e.refused("list_datasets", nil, "no_lakehouse", "404 Not Found", "--gateway")
	e.handle("GET /catalog/list", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"datasets":[{"name":"`)
		part := strings.Repeat("x", 1<<20)
		for err := error(nil); err == nil; {
			_, err = io.WriteString(w, part)
		}
	})
	e.refused("list_datasets", nil, "answer_too_large")
}

// A gateway that restarts costs a call some time and nothing else.
func TestACallWaitsForAFleetThatRestarts(t *testing.T) {
	e := startEdge(t, time.Minute)
	left := 3
	e.handle("GET /catalog/list", func(w http.ResponseWriter, r *http.Request) {
		if left--; left > 0 {
			wire.WriteProblem(w, r, wire.Unavailable("catalogd"))
			return
		}
		_ = wire.WriteJSON(w, http.StatusOK, catalog.List{Datasets: []catalog.Dataset{}})
	})
	e.ok("list_datasets", object{}, &struct{}{})
	if n := len(e.requests()); n != 3 {
		t.Errorf("it was asked %d times", n)
	}
	e.fails("POST /sql", query.ErrTimeout.Errorf("too slow"))
	e.refused("query_sql", object{"sql": "SELECT 1"}, "query_timeout")
	if n := len(e.requests()); n != 4 {
		t.Errorf("what does not pass was asked %d times", n-3)
	}
}

// The log has the cause of what is told as internal, and nothing of what was asked.
func TestTheLogHasCausesAndNoQuestions(t *testing.T) {
	var log testlog.Text
	g := mcpd.Gateway{Client: wire.Client{Service: "gateway", Base: nobody}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	e := &edge{t: t, server: mcpd.New(g)}
	e.refused("query_sql", object{"sql": "SELECT 'Mary Smith'"}, "service_unavailable", "lakehouse up")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e.server.HandleMessage(ctx, json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_datasets","arguments":{}}}`))
	if text := log.String(); !strings.Contains(text, "connection refused") || !strings.Contains(text, "outcome=call_cancelled") || strings.Contains(text, "Mary") {
		t.Error(text)
	}
}
