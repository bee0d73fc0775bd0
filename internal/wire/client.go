package wire

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// peerRetry is how long a caller is asked to wait for a peer that is down: long
// enough for a restart, short enough that nobody notices more.
const peerRetry = time.Second

// Client calls one service. Its zero value but for Service and Base works; it
// is safe for concurrent use and holds no state of its own.
type Client struct {
	Service string       // the peer's name, for errors: "storaged"
	Base    string       // "http://127.0.0.1:3211", or with a path: ".../v1"
	Token   string       // bearer token; "" sends none
	HTTP    *http.Client // nil: http.DefaultClient
}

// Call is one request. Path is escaped already. At most one of JSON and Body is
// set; Size is Body's length, or -1 when unknown.
type Call struct {
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	JSON   any
	Body   io.Reader
	Size   int64
}

// Do sends the call and returns the answer, whose body the caller closes. An
// answer of 400 or more is returned as a *Problem, and so is a redirect, which is
// never followed, since no daemon sends one; a peer that cannot be reached as
// [ErrUnavailable] with its name; a done context as its error.
func (c *Client) Do(ctx context.Context, call Call) (*http.Response, error) {
	req, err := c.request(ctx, call)
	if err != nil {
		return nil, err
	}
	hc := *cmp.Or(c.HTTP, http.DefaultClient)
	hc.CheckRedirect = noRedirect
	resp, err := hc.Do(req)
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	switch {
	case resp.StatusCode >= 400:
		defer resp.Body.Close()
		return nil, c.problem(ctx, resp)
	case resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotModified:
		defer resp.Body.Close()
		return nil, c.redirected(resp)
	}
	return resp, nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// JSON sends in (nil: no body) and decodes the answer into out (nil: dropped).
func (c *Client) JSON(ctx context.Context, method, path string, query url.Values, in, out any) error {
	resp, err := c.Do(ctx, Call{Method: method, Path: path, Query: query, JSON: in})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, c.Body(ctx, resp))
		return err
	}
	return c.Decode(ctx, resp, out)
}

// Decode reads an answer of Do into out. One that breaks off is [ErrUnavailable] with the
// peer's name, and one of another form a bad answer: what came of the call is not known.
func (c *Client) Decode(ctx context.Context, resp *http.Response, out any) error {
	if err := DecodeJSON(resp.Body, out); err != nil {
		return c.failure(ctx, err)
	}
	return nil
}

// Body gives the bytes of an answer of Do. Where they break off reading fails with
// [ErrUnavailable] and the peer's name, or with the error of a done context.
func (c *Client) Body(ctx context.Context, resp *http.Response) io.ReadCloser {
	return &body{resp.Body, c, ctx}
}

type body struct {
	io.ReadCloser
	client *Client
	ctx    context.Context
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = b.client.failure(b.ctx, err)
	}
	return n, err
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	target := strings.TrimSuffix(c.Base, "/") + call.Path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	body := call.Body
	if call.JSON != nil {
		b, err := json.Marshal(call.JSON)
		if err != nil {
			return nil, fmt.Errorf("encode the request to %s: %w", c.Service, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("request to %s: %w", c.Service, err)
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	sendOnce(req.Header)
	if call.Body != nil {
		req.ContentLength = call.Size
	}
	if call.JSON != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	TraceOf(ctx).Inject(req.Header)
	return req, nil
}

// sendOnce keeps net/http from sending a request again, unseen by its caller, when
// the answer is lost: it does so where it finds this header by its usual spelling.
// Whether to try again is the caller's to decide, who has to know that the second
// answer is not the first.
func sendOnce(h http.Header) {
	if key, ok := h[HeaderIdempotencyKey]; ok {
		delete(h, HeaderIdempotencyKey)
		h[strings.ToLower(HeaderIdempotencyKey)] = key
	}
}

func (c *Client) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return Unread(c.Service, err)
}

// Unread is the problem of an answer that could not be read: it broke off, or it is no JSON,
// or not of the form that it has to be.
func Unread(service string, err error) *Problem {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, form := errors.AsType[*json.UnmarshalTypeError](err)
	if syntax || form {
		return BadAnswer(service, "is of another form than it has to be; another program, or another version, may be there").Because(err)
	}
	return Unavailable(service).Because(err)
}

// BadAnswer is the problem of an answer that no daemon gives, as the words say that go on
// behind "the answer of storaged".
func BadAnswer(service, words string) *Problem {
	return badAnswer().Errorf("the answer of %s %s", service, words).With("service", service)
}

// Unavailable is the problem for a service that does not answer.
func Unavailable(service string) *Problem {
	return ErrUnavailable.Errorf("%s does not answer; it may be starting: try again, or look at /health and its log", service).
		With("service", service).After(peerRetry)
}

func (c *Client) problem(ctx context.Context, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return c.failure(ctx, err)
	}
	var p Problem
	if json.Unmarshal(body, &p) == nil && p.Kind.Code != "" {
		p.Kind.Status = resp.StatusCode
		return &p
	}
	if resp.StatusCode == http.StatusServiceUnavailable {
		return Unavailable(c.Service)
	}
	kind := badAnswer()
	if resp.Request.Method == http.MethodHead { // has no body to say more in
		kind.Status = resp.StatusCode
	}
	return kind.Errorf("%s answered %s without a problem document", c.Service, resp.Status).With("service", c.Service)
}

// redirected is the problem of an answer from somebody who is no daemon: a proxy,
// or a login page.
func (c *Client) redirected(resp *http.Response) error {
	where := "elsewhere"
	if to, err := resp.Location(); err == nil {
		where = to.Scheme + "://" + to.Host // the rest may hold a secret
	}
	return badAnswer().Errorf("%s answered %s to %s, which no daemon does; call it by its own address", c.Service, resp.Status, where).With("service", c.Service)
}

func badAnswer() *Kind {
	return &Kind{Status: http.StatusBadGateway, Code: codeBadAnswer, Title: "Unexpected answer"}
}
