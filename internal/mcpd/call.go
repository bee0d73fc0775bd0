package mcpd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	restartTime = 4 * time.Second // that the gateway or a daemon takes at most
	firstWait   = 50 * time.Millisecond
)

// Gateway is where everything is asked.
type Gateway struct {
	Client   wire.Client
	Log      *slog.Logger
	Patience time.Duration // how long a call is made again that the fleet cannot answer yet
}

func (g Gateway) catalog() *catalog.Client     { return &catalog.Client{Client: g.Client} }
func (g Gateway) query() *query.Client         { return &query.Client{Client: g.Client} }
func (g Gateway) vectors() *vector.Client      { return &vector.Client{Client: g.Client} }
func (g Gateway) embedding() *embedding.Client { return &embedding.Client{Client: g.Client} }

// tool makes a tool of what answers typed arguments. The answer is structured content,
// and the same as text; an error is a result that is marked as one. mcp-go's own
// NewStructuredToolHandler writes < and > of the text as \u003c and \u003e.
func tool[A, R any](g Gateway, t mcp.Tool, answer func(context.Context, A) (R, error)) server.ServerTool {
	check := checker(t)
	handle := func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx = wire.WithTrace(ctx, wire.StartTrace(http.Header{}))
		began := time.Now()
		text, err := g.read(ctx, func() (any, error) {
			var args A
			if err := check(req.Params.RawArguments); err != nil {
				return nil, err
			}
			if err := req.BindArguments(&args); err != nil {
				return nil, unfit(err)
			}
			return answer(ctx, args)
		})
		if errors.Is(err, context.Canceled) {
			err = errCancelled.Errorf("the call was ended before it had an answer")
		}
		g.log(ctx, t.Name, time.Since(began), err)
		if err != nil {
			return mcp.NewToolResultError(g.words(t.Name, err)), nil
		}
		return mcp.NewToolResultStructured(json.RawMessage(text), string(text)), nil
	}
	return server.ServerTool{Tool: t, Handler: handle}
}

// log tells of a call: what came of it and why, but not what was asked, nor what the fleet
// said of that, for either may name somebody.
func (g Gateway) log(ctx context.Context, name string, took time.Duration, err error) {
	outcome, cause := "ok", err
	if p, is := errors.AsType[*wire.Problem](err); is {
		cause = p.Unwrap()
	}
	if err != nil {
		outcome = wire.AsProblem(err).Kind.Code
	}
	attrs := []slog.Attr{slog.String("tool", name), slog.String("outcome", outcome),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("request_id", wire.RequestID(ctx))}
	if cause != nil {
		attrs = append(attrs, slog.String("cause", cause.Error()))
	}
	g.Log.LogAttrs(ctx, slog.LevelInfo, "call", attrs...)
}

// read gives as JSON what call reads. It calls again, for a while, where the fleet says to
// come again.
func (g Gateway) read(ctx context.Context, call func() (any, error)) ([]byte, error) {
	began := time.Now()
	for wait := firstWait; ; wait *= 2 {
		result, err := call()
		if err == nil {
			return plainJSON(result)
		}
		if !passes(err) || time.Since(began)+wait > g.Patience {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// passes tells an error that goes by itself, as far as the fleet knows.
func passes(err error) bool {
	p, is := errors.AsType[*wire.Problem](err)
	return is && p.RetryAfter > 0 &&
		(p.Kind.Status == http.StatusServiceUnavailable || p.Kind.Status == http.StatusTooManyRequests)
}

// plainJSON writes JSON as a person reads it: & and < as they are.
func plainJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// orDefault gives what a number that may be left out is.
func orDefault(given *int, otherwise int) int {
	return *cmp.Or(given, &otherwise)
}
