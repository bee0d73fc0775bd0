package mcpd

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// guarded is the way to the gateway, on which no more comes than can be held.
type guarded struct{ http.RoundTripper }

// guard gives a client whose answers have a bound.
func guard(client *http.Client) *http.Client {
	if client == nil {
		client = http.DefaultClient
	}
	own := *client
	if own.Transport == nil {
		own.Transport = http.DefaultTransport
	}
	own.Transport = guarded{own.Transport}
	return &own
}

// RoundTrip makes a call.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := g.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &bounded{answer.Body, maxRead + leftover}
	if strings.HasSuffix(r.URL.Path, "/sql") { // is read by the row
		return answer, nil
	}
	if err := counted(answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// lists are how many there may be of what the answers list, be it in a page or for one
// question: a small value takes a hundred times its bytes once it is Go's.
func lists() (bounds []wire.Bound) {
	for field, most := range map[string]int{
		"datasets": looked, "indexes": looked, "results": maxFound, "columns": 100_000, "objects": 500_000, "vectors": 1, "truncated": 1,
	} {
		bounds = append(bounds, wire.Bound{Field: field, Most: most, TooMany: func(int) error {
			return wire.BadAnswer("gateway", fmt.Sprintf("has over %d %s", most, field))
		}})
	}
	return bounds
}

// listless is an answer without the list that it is for.
func listless(of string) error { return wire.BadAnswer("gateway", "has no "+of) }

// counted reads an answer, and refuses one that lists too much.
func counted(answer *http.Response) error {
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return wire.CheckBounds(text, lists()...)
}

// bounded ends with an error where there is more than may be read.
type bounded struct {
	io.ReadCloser
	left int
}

// Read gives what comes next.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge.Errorf("the answer has over %d bytes", maxRead)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
