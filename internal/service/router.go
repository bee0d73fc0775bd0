package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// statusClientGone is what the log and the metrics say of a request whose
// client left before the answer (nginx's convention); nobody reads it.
const statusClientGone = 499

// router serves a daemon's routes with everything that all routes share.
type router struct {
	env     Env
	guard   *guard
	metrics *httpMetrics
}

func newRouter(env Env, routes []Route) (http.Handler, error) {
	g, err := newGuard(env.Fleet, env.Secrets.Tokens)
	if err != nil {
		return nil, err
	}
	rt := &router{env: env, guard: g, metrics: newHTTPMetrics(env.Metrics)}
	mux := chi.NewRouter()
	for _, route := range routes {
		mux.Method(route.Method, route.Path, rt.serve(route))
	}
	mux.NotFound(rt.serve(Route{Access: Open, AnyQuery: true, Handle: routeNotFound}))
	mux.MethodNotAllowed(rt.serve(Route{Access: Open, AnyQuery: true, Handle: methodNotAllowed}))
	return mux, nil
}

func routeNotFound(_ http.ResponseWriter, r *http.Request) error {
	return wire.ErrRouteNotFound.Errorf("there is no route %s; /openapi.json on the gateway lists them all", r.URL.Path)
}

func methodNotAllowed(_ http.ResponseWriter, r *http.Request) error {
	return wire.ErrMethodNotAllowed.Errorf("%s does not take %s", r.URL.Path, r.Method)
}

// serve turns a route into an http.Handler: trace, guard, bounds, the handler,
// then one problem answer, one metric and one log line.
func (rt *router) serve(route Route) http.HandlerFunc {
	known := make([]string, len(route.Query))
	for i, p := range route.Query {
		known[i] = p.Name
	}
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		trace := wire.StartTrace(r.Header)
		ev := &event{}
		ctx := context.WithValue(wire.WithTrace(r.Context(), trace), eventKey{}, ev)
		r = r.WithContext(ctx)
		a := &answer{ResponseWriter: w}
		a.Header().Set(wire.HeaderRequestID, trace.RequestID)
		rt.metrics.inFlight.Inc()
		err := rt.handle(a, r, route, known)
		abort := rt.finish(a, r, err)
		rt.metrics.inFlight.Dec()
		rt.record(a, r, route, ev, err, time.Since(start))
		if abort {
			panic(http.ErrAbortHandler)
		}
	}
}

func (rt *router) handle(a *answer, r *http.Request, route Route, known []string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				err = http.ErrAbortHandler
				return
			}
			rt.metrics.panics.Inc()
			err = wire.ErrInternal.Errorf("something went wrong here; the log has the cause under this request id").
				Because(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if err := rt.guard.check(r, route.Access); err != nil {
		return err
	}
	if !route.AnyQuery {
		if err := wire.CheckQuery(r.URL, known...); err != nil {
			return err
		}
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &idleBody{ReadCloser: r.Body, control: http.NewResponseController(a.ResponseWriter), idle: rt.env.Fleet.BodyIdle.Std()}
		if limit := route.MaxBody; limit >= 0 {
			if limit == 0 {
				limit = DefaultMaxBody
			}
			r.Body = http.MaxBytesReader(a, r.Body, limit)
		}
	}
	return route.Handle(a, r)
}

// finish answers with the error, or tells that the connection must be aborted.
func (rt *router) finish(a *answer, r *http.Request, err error) (abort bool) {
	switch {
	case err == nil:
		return false
	case a.status != 0 || errors.Is(err, http.ErrAbortHandler):
		return true
	case r.Context().Err() != nil:
		a.status = statusClientGone
		return false
	}
	if r.Body != nil && r.Body != http.NoBody {
		drain(a.ResponseWriter, r.Body)
	}
	if errors.Is(err, wire.ErrUnauthorized) {
		a.Header().Set("WWW-Authenticate", `Bearer realm="lakehouse"`)
	}
	wire.WriteProblem(a, r, err)
	return false
}

// record writes the request's one log line and its metrics. The line holds no
// header and no query string, since either could hold a secret.
func (rt *router) record(a *answer, r *http.Request, route Route, ev *event, err error, elapsed time.Duration) {
	pattern := route.Path
	if pattern == "" {
		pattern = "(none)"
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	rt.metrics.observe(r.Method, pattern, a.status, elapsed)
	trace := wire.TraceOf(r.Context())
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", pattern), slog.String("path", r.URL.Path),
		slog.Int("status", a.status), slog.Int64("bytes_out", a.bytes), slog.Int64("bytes_in", max(r.ContentLength, 0)),
		slog.Float64("duration_ms", float64(elapsed.Microseconds())/1000),
		slog.String("request_id", trace.RequestID), slog.String("trace_id", trace.TraceID), slog.String("remote", r.RemoteAddr),
	}
	ev.mu.Lock()
	attrs = append(attrs, ev.attrs...)
	ev.mu.Unlock()
	level := slog.LevelInfo
	if route.Path == "/health" || route.Path == "/metrics" || route.Path == "/ready" {
		level = slog.LevelDebug
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
		level = slog.LevelWarn
		if a.status >= 500 || a.status < 400 {
			level = slog.LevelError
		}
	}
	rt.env.Log.LogAttrs(r.Context(), level, "request", attrs...)
}
