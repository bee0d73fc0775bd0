package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// statusNoAnswer is what the log and the metrics say of a request that ended
// without an answer, since its client left (nginx's convention).
const statusNoAnswer = 499

// router serves a daemon's routes with everything that all routes share.
type router struct {
	env      Env
	guard    *guard
	metrics  *httpMetrics
	inFlight *inFlight
	private  *regexp.Regexp // see [Daemon]
	mux      *chi.Mux
}

func newRouter(env Env, requests *inFlight, private *regexp.Regexp, routes []Route) (http.Handler, error) {
	g, err := newGuard(env.Fleet, env.Secrets.Tokens)
	if err != nil {
		return nil, err
	}
	rt := &router{env: env, guard: g, metrics: newHTTPMetrics(env.Metrics), inFlight: requests, private: private, mux: chi.NewRouter()}
	for _, route := range routes {
		if route.Method == "" {
			rt.mux.Handle(route.Path, rt.serve(route))
			continue
		}
		rt.mux.Method(route.Method, route.Path, rt.serve(route))
	}
	rt.mux.NotFound(rt.serve(Route{Access: Open, AnyQuery: true, Handle: rt.routeNotFound}))
	rt.mux.MethodNotAllowed(rt.refuseMethod(routes))
	return rt.mux, nil
}

// serve turns a route into an http.Handler: trace, guard, bounds, the handler,
// then one problem answer, one metric and one log line.
func (rt *router) serve(route Route) http.HandlerFunc {
	known := make([]string, len(route.Query))
	var repeats []string
	for i, p := range route.Query {
		known[i] = p.Name
		if p.Repeats {
			repeats = append(repeats, p.Name)
		}
	}
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		trace := wire.StartTrace(r.Header)
		ev := &event{}
		ctx := context.WithValue(wire.WithTrace(r.Context(), trace), eventKey{}, ev)
		ctx = context.WithValue(ctx, drainKey{}, rt.inFlight.started())
		r = r.WithContext(ctx)
		a := &answer{
			ResponseWriter: w, requestID: trace.RequestID, http1: r.ProtoMajor == 1,
			upload: newUpload(w, r, rt.env.Fleet.BodyIdle.Std()),
		}
		rt.metrics.inFlight.Inc()
		err := rt.handle(a, r, route, repeats, known)
		abort := rt.finish(a, r, route, err)
		rt.metrics.inFlight.Dec()
		rt.record(a, r, route, ev, err, abort, time.Since(start))
		if abort {
			panic(http.ErrAbortHandler)
		}
	}
}

func (rt *router) handle(a *answer, r *http.Request, route Route, repeats, known []string) (err error) {
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
	if !route.probe {
		if !rt.inFlight.begin() {
			return stopping(rt.env.Service)
		}
		defer rt.inFlight.end()
	}
	if err := rt.guard.check(r, route.Access); err != nil {
		return err
	}
	if !route.AnyQuery {
		if err := wire.CheckQuery(r.URL, repeats, known...); err != nil {
			return err
		}
	}
	if err := bound(a, r, route); err != nil {
		return err
	}
	return route.Handle(a, r)
}

// bound puts the upload, with its bounds, in the place of the request's body.
func bound(a *answer, r *http.Request, route Route) error {
	if a.upload == nil {
		return nil
	}
	r.Body, a.upload.rate, a.upload.most = a.upload, route.UploadRate, route.UploadTime
	limit := cmp.Or(route.MaxBody, DefaultMaxBody)
	if limit < 0 {
		return nil
	}
	if r.ContentLength > limit {
		return &http.MaxBytesError{Limit: limit}
	}
	r.Body = http.MaxBytesReader(a, a.upload, limit)
	return nil
}

// finish answers with the error, or tells that the connection must be aborted,
// and sees to what is left of the upload.
func (rt *router) finish(a *answer, r *http.Request, route Route, err error) (abort bool) {
	stood := a.upload != nil && a.upload.stood.Load()
	switch {
	case err == nil && a.status == 0:
		a.WriteHeader(http.StatusOK)
	case err == nil:
	case a.status != 0:
		return true
	case errors.Is(err, http.ErrAbortHandler), r.Context().Err() != nil && !stood:
		a.status = statusNoAnswer
		return true
	default:
		if stood {
			err = a.upload.standstill()
		}
		rt.refuse(a, r, route, err)
	}
	if a.upload.open() {
		_ = http.NewResponseController(a.ResponseWriter).Flush() // the client may wait for this to stop
		a.upload.drain(drainBytesAfter, drainTimeAfter)
		a.upload.forsake()
	}
	return false
}

func (rt *router) refuse(a *answer, r *http.Request, route Route, err error) {
	a.upload.drain(drainBytesBefore, drainTimeBefore)
	if errors.Is(err, wire.ErrUnauthorized) {
		a.Header().Set("WWW-Authenticate", `Bearer realm="lakehouse"`)
	}
	wire.WriteError(a, r, err, route.ErrorAs)
}

// codeOf is the code of what a request ended with.
func codeOf(a *answer, err error) string {
	switch {
	case a.status == statusNoAnswer:
		return "client_gone"
	case a.upload != nil && a.upload.stood.Load():
		err = a.upload.standstill()
	}
	return wire.AsProblem(err).Kind.Code
}

// logged gives a path as the log may have it, and whether that is not all of it.
func (rt *router) logged(path string) (shown string, private bool) {
	if rt.private == nil {
		return path, false
	}
	at := rt.private.FindStringIndex(path)
	if at == nil {
		return path, false
	}
	return path[:at[1]] + "*", true
}

// record writes the request's one log line and its metrics. The line holds no
// header and no query string, since either could hold a secret.
func (rt *router) record(a *answer, r *http.Request, route Route, ev *event, err error, aborted bool, elapsed time.Duration) {
	pattern := route.Path
	if pattern == "" {
		pattern = "(none)"
	}
	path, private := rt.logged(r.URL.Path)
	rt.metrics.observe(r.Method, pattern, a.status, elapsed)
	if aborted {
		rt.metrics.aborted.Inc()
	}
	trace := wire.TraceOf(r.Context())
	var received int64
	if a.upload != nil {
		received = a.upload.received.Load()
	}
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", pattern), slog.String("path", path),
		slog.Int("status", a.status), slog.Int64("bytes_out", a.bytes), slog.Int64("bytes_in", received),
		slog.Float64("duration_ms", float64(elapsed.Microseconds())/1000),
		slog.String("request_id", trace.RequestID), slog.String("trace_id", trace.TraceID), slog.String("remote", r.RemoteAddr),
	}
	ev.mu.Lock()
	attrs = append(attrs, ev.attrs...)
	ev.mu.Unlock()
	level := slog.LevelInfo
	if route.probe {
		level = slog.LevelDebug
	}
	if aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	if err != nil {
		code, said := codeOf(a, err), err.Error()
		if private {
			said = code
		}
		rt.metrics.failed(pattern, code)
		attrs = append(attrs, slog.String("error", said))
		switch clientLeft := r.Context().Err() != nil; {
		case errors.Is(err, wire.ErrNotReady): // a probe's answer, not a fault
		case !clientLeft && (a.status >= 500 || a.status < 400):
			level = slog.LevelError
		default:
			level = slog.LevelWarn
		}
	}
	rt.env.Log.LogAttrs(r.Context(), level, "request", attrs...)
}
