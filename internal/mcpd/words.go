package mcpd

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The errors of this package's own.
var (
	errBadCursor     = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_cursor", Title: "Bad cursor"}
	errResultChanged = &wire.Kind{Status: http.StatusConflict, Code: "result_changed", Title: "The result is another one now"}
	errNoIndex       = &wire.Kind{Status: http.StatusBadRequest, Code: "index_not_named", Title: "No index is named"}
	errTooLarge      = &wire.Kind{Status: http.StatusBadRequest, Code: "answer_too_large", Title: "Answer too large"}
	errCancelled     = &wire.Kind{Status: http.StatusConflict, Code: "call_cancelled", Title: "Call cancelled"}
)

// maxFields bounds what an error says beside its detail, in bytes.
const maxFields = 2_000

// words tell a model an error of a tool, "" for none: the code, the detail, what to do, and
// what the fleet says beside it.
func (g Gateway) words(tool string, err error) string {
	p := wire.AsProblem(err)
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %s", p.Kind.Code, p.Detail)
	if todo := g.remedy(tool, p); todo != "" {
		fmt.Fprintf(&s, "\nWhat to do: %s", todo)
	}
	beside := maps.Clone(p.Fields)
	if beside["message"] == p.Detail { // what DuckDB says
		delete(beside, "message")
	}
	if len(beside) > 0 {
		if fields, err := plainJSON(beside); err == nil {
			fmt.Fprintf(&s, "\nMore: %s", shortened(string(fields), maxFields))
		}
	}
	if p.RequestID != "" {
		fmt.Fprintf(&s, "\nRequest: %s", p.RequestID)
	}
	return s.String()
}

// remedy says what mends an error here, where the detail, which speaks of the API, leaves
// that open.
func (g Gateway) remedy(tool string, p *wire.Problem) string {
	switch {
	case p.Is(wire.ErrUnavailable) && p.Fields["service"] == "gateway":
		return fmt.Sprintf("no fleet answers at %s. Start one with `lakehouse up`, or tell mcpd where it is, with --gateway or LAKEHOUSE_GATEWAY; then call again. mcpd itself need not be started again", g.address())
	case tool == searchTool && withoutVector(p):
		return "this index cannot be searched by meaning now: call again with mode lexical, which goes by words and needs no model"
	}
	for _, r := range remedies() {
		if p.Is(r.kind) {
			return r.todo
		}
	}
	if p.Kind.Status >= http.StatusInternalServerError {
		return "call again in a moment; if it stays, `lakehouse status` and `lakehouse doctor` say what is wrong"
	}
	return ""
}

// address is where the gateway is, as --gateway takes it.
func (g Gateway) address() string { return strings.TrimSuffix(g.Client.Base, "/v1") }

// withoutVector tells that embedd makes no vector of a text, whatever text.
func withoutVector(p *wire.Problem) bool {
	return p.Is(wire.ErrUnavailable) && p.Fields["service"] == "embedd" || slices.ContainsFunc([]*wire.Kind{embedding.ErrModelNotFound, embedding.ErrModelChanged,
		embedding.ErrProviderDown, embedding.ErrRefused, embedding.ErrBadProvider, embedding.ErrEmbedTimeout}, func(k *wire.Kind) bool { return p.Is(k) })
}

type remedy struct {
	kind *wire.Kind
	todo string
}

func remedies() []remedy {
	const (
		names   = "call list_datasets for the datasets, or query_sql with SHOW TABLES for the views too"
		token   = "mcpd takes its token from AUTH_TOKEN in its environment: put one that this fleet has there, in the client's configuration; the read token is enough"
		smaller = "ask for less: fewer columns, a WHERE, an aggregate in place of rows, a LIMIT"
	)
	return []remedy{
		{wire.ErrUnauthorized, token},
		{service.ErrNoLakehouse, "tell mcpd where the gateway is, with --gateway or LAKEHOUSE_GATEWAY in the client's configuration"},
		{errBadArguments, "call again with arguments as the tool's input schema has them"},
		{vector.ErrBadFilter, `write it by the fields of the items' metadata, as {"city":"Austin"} or {"years":{"gte":3}}; a search without a filter shows what fields there are`},
		{catalog.ErrDatasetNotFound, names},
		{query.ErrTableNotFound, names},
		{catalog.ErrIsView, "a view has no manifest: query_sql with DESCRIBE and its name tells its columns"},
		{catalog.ErrVersionNotFound, "leave version, as_of and cursor out for what is current"},
		{query.ErrSourceChanged, "begin again without a cursor"},
		{query.ErrNotAllowed, "write one SELECT (or WITH, VALUES, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES, EXPLAIN) over datasets; nothing else runs, and nothing can be changed from here"},
		{query.ErrInvalid, "mend the statement; get_manifest tells a dataset's columns and their types"},
		{query.ErrTimeout, smaller},
		{query.ErrMemory, smaller},
		{errTooLarge, smaller},
		{errBadCursor, "pass next_cursor as it was given, with the same sql; or begin again without a cursor"},
		{errResultChanged, "begin again without a cursor, with an ORDER BY that leaves no two rows equal, and without random() or now()"},
		{vector.ErrIndexNotFound, "take one of the indexes below"},
		{errNoIndex, "call again with one of the indexes below as index"},
		{vector.ErrBadSearch, "give a text and leave mode out, or give a vector of the index's dimension"},
		{vector.ErrDimension, "give a vector of the index's dimension, or a text in its place; the resource lakehouse://indexes has the dimensions"},
		{embedding.ErrBadText, "give a text with something to read in it, in words"},
		{embedding.ErrModelNotFound, "leave model out for the configured one"},
		{embedding.ErrTooManyCalls, "call again in a moment"},
		{wire.ErrRouteNotFound, "the fleet is of another version than mcpd: have the client start the mcpd that lies beside the fleet's lakehouse"},
	}
}
