package service

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Access says which token a route asks for.
type Access int

// Write is the zero value, so that a route that forgets to say is guarded most.
const (
	Write Access = iota // the current or next token
	Read                // any token, the read-only one included
	Open                // none
)

// DefaultMaxBody bounds the body of a route that does not say otherwise.
const DefaultMaxBody = 1 << 20

// Unbounded as Route.MaxBody lifts the bound; the handler has its own.
const Unbounded = -1

// Handler serves one request. It returns an error instead of writing one; an
// error after the first byte of the answer aborts the connection, so that no
// client takes half an answer for a whole one.
type Handler func(http.ResponseWriter, *http.Request) error

// Route is one operation of a daemon: what the router serves and what the
// specification says of it.
type Route struct {
	Method   string // "": every method, for a route that passes requests on
	Path     string // chi pattern: "/sql/queries/{id}", "/storage/objects/*"
	ID       string // operationId, unique in the fleet
	Summary  string
	Access   Access
	Query    []Param // every other query parameter is a 400
	AnyQuery bool    // the handler passes the query string on, unchecked
	Headers  []Param // request headers that mean something, for the specification
	Body     *Body   // nil: the route takes none
	Answers  []Answer
	Errors   []*wire.Kind // beside those that every route may answer
	// ErrorAs gives the JSON that every error of the route is answered as, also those that this
	// package answers; nil: a problem document.
	ErrorAs func(*wire.Problem) any
	MaxBody int64 // bytes; 0: DefaultMaxBody, Unbounded: none
	// UploadRate is how many bytes a second of a body have to come, after ten seconds for
	// anything; UploadTime how long all of it may take. 0: any.
	UploadRate int64
	UploadTime time.Duration
	Handle     Handler

	probe bool // asked often by machines: also while draining, and logged at debug
}

// Param describes a query parameter or header.
type Param struct {
	Name    string
	Type    string // "string", "integer" or "boolean"
	Doc     string
	Repeats bool // a query parameter that may be given several times
}

// Body describes what a route reads: the media types, and for JSON the Go type
// that it is decoded into.
type Body struct {
	Media   []string // nil: application/json
	Type    any      // a value of the JSON type; nil for bytes
	Example string   // a body as JSON that is taken as it stands; "": none is shown
	Others  []Other  // further ones
	Stream  string   // what a body of the other media types holds
}

// Other is a body as JSON of another kind than the example.
type Other struct{ Shows, Body string }

// Answer describes one successful answer of a route.
type Answer struct {
	Status  int
	Doc     string
	Media   []string // nil: application/json where Type is set, else none
	Type    any
	Example string // an answer as JSON; "": none is shown
	Stream  string // what an answer of the other media types holds
}

// Daemon is what a daemon's New returns: its routes and its hooks.
type Daemon struct {
	Routes []Route
	// Ready gives the reasons why the daemon cannot serve now; none: it can.
	Ready func(context.Context) []string
	// Notes give what is not as it should be though the daemon serves; it may be nil.
	Notes func(context.Context) []string
	// Private finds, in a path, what stands before what may be somebody's: the log has a *
	// for that, and of an error the code alone. nil: nothing is private.
	Private *regexp.Regexp
	// Close ends what the daemon owns, after the last request has finished.
	Close func() error
}

type eventKey struct{}

// event collects what a request's one log line will say.
type event struct {
	mu    sync.Mutex
	attrs []slog.Attr
}

// Annotate adds attributes to the log line of the request that ctx serves. They
// must hold no secret and no content of a user's file.
func Annotate(ctx context.Context, attrs ...slog.Attr) {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		e.mu.Lock()
		e.attrs = append(e.attrs, attrs...)
		e.mu.Unlock()
	}
}
