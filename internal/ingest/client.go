package ingest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Client calls ingestd, or the gateway.
type Client struct{ wire.Client }

// CSV sends a file as one version of a dataset; its format is found out, or in opts. size is its length or -1;
// created is false when the same content was there already.
func (c *Client) CSV(ctx context.Context, opts Options, body io.Reader, size int64, idempotencyKey string) (answer Answer, created bool, err error) {
	resp, err := c.send(ctx, opts.Query(), body, size, idempotencyKey)
	if err != nil {
		return Answer{}, false, err
	}
	defer resp.Body.Close()
	err = c.Decode(ctx, resp, &answer)
	return answer, resp.StatusCode == http.StatusCreated, err
}

func (c *Client) send(ctx context.Context, q url.Values, body io.Reader, size int64, idempotencyKey string) (*http.Response, error) {
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	if idempotencyKey != "" {
		header.Set(wire.HeaderIdempotencyKey, idempotencyKey)
	}
	return c.Do(ctx, wire.Call{Method: http.MethodPost, Path: "/ingest", Query: q, Header: header, Body: body, Size: size})
}

// Query writes the options as the parameters of POST /ingest.
func (o Options) Query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("name", o.Name)
	set("mode", o.Mode)
	set("schema", o.Schema)
	set("on_error", string(o.OnError))
	set("key", strings.Join(o.Key, ","))
	set("delimiter", o.Delimiter)
	set("format", o.Format)
	set("quote", o.Quote)
	set("escape", o.Escape)
	set("comment", o.Comment)
	if o.Skip > 0 {
		q.Set("skip", strconv.Itoa(o.Skip))
	}
	set("encoding", o.Encoding)
	set("types", o.Types)
	if o.NoHeader {
		q.Set("header", "false")
	}
	if o.AllowDuplicate {
		q.Set("allow_duplicate", "true")
	}
	for _, key := range o.Sources {
		q.Add("source", key)
	}
	return q
}
