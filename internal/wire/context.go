package wire

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
)

// HeaderRequestID carries a request's id in and out of every daemon.
const HeaderRequestID = "X-Request-Id"

// HeaderIdempotencyKey names a mutation, so that a retry finds its answer.
const HeaderIdempotencyKey = "Idempotency-Key"

const headerTraceparent = "Traceparent"

// Trace is what a request carries from hop to hop: its id and its W3C trace
// context (https://www.w3.org/TR/trace-context/). Span is this hop's own.
type Trace struct {
	RequestID string
	TraceID   string // 32 hex digits
	SpanID    string // 16 hex digits
	Flags     string // 2 hex digits
}

type traceKey struct{}

// StartTrace reads the trace of an incoming request, or starts one. An id that
// is over 128 bytes or holds anything but visible ASCII is replaced, so that a
// client cannot write into the log.
func StartTrace(h http.Header) Trace {
	t := Trace{RequestID: h.Get(HeaderRequestID), TraceID: randomHex(16), SpanID: randomHex(8), Flags: "01"}
	if !visibleASCII(t.RequestID) {
		t.RequestID = randomHex(12)
	}
	if id, flags, ok := parseTraceparent(h.Get(headerTraceparent)); ok {
		t.TraceID, t.Flags = id, flags
	}
	return t
}

// WithTrace returns a context whose calls to other daemons carry t.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceOf gives the trace of the request that ctx serves, or a zero one.
func TraceOf(ctx context.Context) Trace {
	t, _ := ctx.Value(traceKey{}).(Trace)
	return t
}

// RequestID gives the id of the request that ctx serves, or "".
func RequestID(ctx context.Context) string { return TraceOf(ctx).RequestID }

// Inject writes the trace into the headers of an outgoing request.
func (t Trace) Inject(h http.Header) {
	if t.RequestID == "" {
		return
	}
	h.Set(HeaderRequestID, t.RequestID)
	h.Set(headerTraceparent, "00-"+t.TraceID+"-"+t.SpanID+"-"+t.Flags)
}

func parseTraceparent(s string) (traceID, flags string, ok bool) {
	parts := strings.Split(s, "-")
	if len(parts) != 4 || parts[0] != "00" || !isHex(parts[1], 32) || !isHex(parts[2], 16) || !isHex(parts[3], 2) {
		return "", "", false
	}
	if strings.Trim(parts[1], "0") == "" || strings.Trim(parts[2], "0") == "" {
		return "", "", false
	}
	return parts[1], parts[3], true
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

func visibleASCII(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b)
}
