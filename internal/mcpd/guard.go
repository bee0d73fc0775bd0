package mcpd

import (
	"io"
	"mime"
	"net/http"
)

// guarded is the way to the gateway. It holds what comes against what a lakehouse may give:
// no web page, and no more than can be held.
type guarded struct{ http.RoundTripper }

// guard gives a client whose answers are guarded.
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
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if kind == "text/html" && answer.StatusCode < http.StatusMultipleChoices {
		answer.Body.Close()
		return nil, errNoLakehouse.Errorf("what answers at %s is no lakehouse: it gives a web page", r.URL.Host)
	}
	answer.Body = &bounded{answer.Body, maxRead + leftover}
	return answer, nil
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
