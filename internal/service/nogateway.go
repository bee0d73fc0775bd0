package service

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ErrNoLakehouse is the error of a call to the gateway that another program has answered.
var ErrNoLakehouse = &wire.Kind{Status: http.StatusBadGateway, Code: "no_lakehouse", Title: "No lakehouse"}

// OnlyGateway gives a client of the gateway for which the answer of another program, or of
// another daemon of a fleet, is [ErrNoLakehouse]. What a proxy says whose gateway is away is
// left as it is.
func OnlyGateway(client wire.Client) wire.Client {
	own := *cmp.Or(client.HTTP, http.DefaultClient)
	if own.Transport == nil {
		own.Transport = http.DefaultTransport
	}
	own.Transport = onlyGateway{own.Transport}
	client.HTTP = &own
	return client
}

type onlyGateway struct{ http.RoundTripper }

// RoundTrip makes a call.
func (o onlyGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := o.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if sign := strange(answer); sign != "" {
		answer.Body.Close()
		return nil, ErrNoLakehouse.Errorf("what answers at %s://%s is no gateway of a lakehouse: %s", r.URL.Scheme, r.URL.Host, sign)
	}
	return answer, nil
}

// strange gives the sign that an answer is not from a gateway, "" for none: our errors are
// problem documents, and nothing of ours under /v1 is a web page.
func strange(answer *http.Response) string {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch status := answer.StatusCode; {
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return "" // or a proxy's
	case status < http.StatusMultipleChoices && kind == "text/html":
		return "it gives a web page"
	case status >= http.StatusBadRequest && kind != wire.ContentTypeProblem:
		return "it answers " + answer.Status
	case status == http.StatusNotFound:
		return daemonIn(answer)
	}
	return ""
}

// daemonIn tells of a daemon that says that it has no /v1, and leaves the answer whole.
func daemonIn(answer *http.Response) string {
	body := bufio.NewReader(answer.Body)
	text, _ := body.Peek(body.Size())
	answer.Body = struct {
		io.Reader
		io.Closer
	}{body, answer.Body}
	var p wire.Problem
	if json.Unmarshal(text, &p) != nil || !p.Is(wire.ErrRouteNotFound) {
		return ""
	}
	if name, is := p.Fields["service"].(string); is {
		return fmt.Sprintf("it is %.20s", name)
	}
	return ""
}
