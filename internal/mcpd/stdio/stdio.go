// Package stdio carries JSON-RPC between an MCP server and the one client that started
// its process: a message a line, from standard input and to standard output.
//
// What it promises:
//
//   - Nothing but messages goes out, each in one write. What cannot be read, has no method
//     or is too long is answered with JSON-RPC's error and costs nothing else.
//   - Memory is bounded: by the length of a line, by how many requests are at work, and by
//     how much waits for that; what is beyond is refused. No request keeps a cancellation
//     or the end of the input from being read, as long as the client takes its answers.
//   - A request that the client cancels ends, and is not answered. Its id is free when it
//     has ended: until then another of that id is refused. An id comes back as it was
//     written, and is known again by its text: "a" and "\u0061" are one, 1 and 1.0 are two.
//   - At the end of the input what was taken may finish, within a bound; when the process
//     is told to stop, or the client does not take answers any more, it ends at once.
//
// What the messages mean, in each revision of the protocol, is mcp-go's affair. Its own
// server of standard input holds lines of any length, cancels what is at work at the end
// of the input, and goes on when nobody reads.
package stdio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Bounds of what a client may ask at a time.
const (
	MaxLine     = 4 << 20  // bytes of a message
	maxRequests = 16       // at work
	maxHeld     = 16 << 20 // bytes of all, at work or in line
	perRequest  = 16 << 10 // of them, beside those of its message
)

// lastWords is how long a request that was ended has for its answer.
const lastWords = time.Second

// Conn is a server and where it stands.
type Conn struct {
	Server *server.MCPServer
	Log    *slog.Logger
	Grace  time.Duration // what is at work has this long when the input ends
}

// Serve answers the messages of in on out until in ends, out takes no more, or ctx is
// done. The end of in is no error, nor is that of ctx. A read of in that waits when ctx
// is done is left behind, for whoever owns in to end.
func (c Conn) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	notes := make(session, maxRequests)
	answers := &answers{out: out, notes: notes, broken: cancel}
	requests := newRequests(c.Server.WithContext(ctx, notes), c, answers)
	ended := make(chan error, 1)
	go func() { ended <- requests.read(newLines(in, MaxLine)) }()
	grace := c.Grace
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		grace = 0
		if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
			err = cause
		}
	}
	if !requests.finish(grace) {
		cancel(nil)
		requests.finish(lastWords)
	}
	return err
}

// message is what tells the kinds of messages apart. The rest is read by the server.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method *string         `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	Params struct {
		RequestID json.RawMessage `json:"requestId"` // of what is cancelled
	} `json:"params"`
}

// read takes every line of the input.
func (r *requests) read(in *lines) error {
	for {
		line, long, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("standard input: %w", err)
		case long:
			r.answers.refuse(nil, mcp.INVALID_REQUEST, fmt.Sprintf("the message has over %d bytes, and was left out; ask for less at a time", MaxLine))
		case len(line) > 0:
			r.take(line)
		}
	}
}

// take begins a request, or does at once what waits for nothing.
func (r *requests) take(line []byte) {
	var m message
	err := json.Unmarshal(line, &m)
	syntax, torn := errors.AsType[*json.SyntaxError](err)
	switch {
	case !utf8.Valid(line):
		r.answers.refuse(nil, mcp.PARSE_ERROR, "the line is not UTF-8")
	case torn:
		r.answers.refuse(nil, mcp.PARSE_ERROR, "the line is no JSON: "+syntax.Error())
	case line[0] != '{':
		r.answers.refuse(nil, mcp.INVALID_REQUEST, "a message is one JSON object in a line; there are no batches")
	case err != nil:
		r.answers.refuse(named(m.ID), mcp.INVALID_REQUEST, "the message is none of JSON-RPC: "+misfit(err))
	case m.Method == nil && (m.Result != nil || m.Error != nil):
		// Answers something that was never asked.
	case m.Method == nil:
		r.answers.refuse(named(m.ID), mcp.INVALID_REQUEST, "the message has no method")
	case m.ID == nil && *m.Method == string(mcp.MethodNotificationCancelled):
		r.cancel(m.Params.RequestID)
	case m.ID == nil:
		r.handle(r.ctx, line)
	case named(m.ID) == nil:
		r.answers.refuse(nil, mcp.INVALID_REQUEST, "an id is a text or a number")
	case *m.Method == string(mcp.MethodPing): // tells that this process lives, however much is at work
		r.answers.send(r.answer(r.ctx, m.ID, line))
	default:
		r.begin(m.ID, line)
	}
}

// misfit says of which field a message has another kind of value than it should.
func misfit(err error) string {
	if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		return fmt.Sprintf("its %s is of the kind %s", wrong.Field, wrong.Value)
	}
	return err.Error()
}

// named gives an id that a request may have, else nil.
func named(id json.RawMessage) json.RawMessage {
	if len(id) > 0 && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9') {
		return id
	}
	return nil
}

// session is what the server knows of its client: where notes to it go.
type session chan mcp.JSONRPCNotification

var _ server.ClientSession = session(nil)

// Initialize is not needed: a note goes out beside an answer only.
func (s session) Initialize() {}

// Initialized is always so.
func (s session) Initialized() bool { return true }

// NotificationChannel is emptied before each answer.
func (s session) NotificationChannel() chan<- mcp.JSONRPCNotification { return s }

// SessionID is the only one's.
func (s session) SessionID() string { return "stdio" }
