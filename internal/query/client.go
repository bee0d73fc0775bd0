package query

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// HeaderTruncated is the trailer of every stream: "true" if a limit cut it, else
// "false".
const HeaderTruncated = "X-Truncated"

// HeaderCache says of an answer that may be kept for the same statement again whether
// it was: "hit" or "miss".
const HeaderCache = "X-Cache"

// HeaderReads names what an answer was made of, each with its version: the views that
// the statement reads, and the datasets, also those below the views, as in
// "hr.paid@2, rates@5". So it can be asked again by as_of. A list of over 4,000 bytes
// is cut and ends with "...".
const HeaderReads = "X-Reads"

// HeaderAsOf is the as_of that has the same statement read the same again, with the ids of
// what has these names now. It is left out where it would have over 2,000 bytes, and where
// nothing is read.
const HeaderAsOf = "X-As-Of"

// HeaderQueryID names the query in the header of every answer of POST /sql.
const HeaderQueryID = "X-Query-Id"

// Client calls queryd, or the gateway.
type Client struct{ wire.Client }

// Run gives the whole result of a statement, up to the request's limit.
func (c *Client) Run(ctx context.Context, req Request) (Answer, error) {
	req.Format = JSON
	var answer Answer
	body, err := c.Stream(ctx, req)
	if err != nil {
		return answer, err
	}
	defer body.Close()
	return answer, wire.DecodeJSON(body, &answer)
}

// Stream gives the bytes of a result in the request's format as they come. The
// caller closes the reader; a read error means that the result is not whole.
func (c *Client) Stream(ctx context.Context, req Request) (io.ReadCloser, error) {
	body, _, err := c.Read(ctx, req)
	return body, err
}

// Read is Stream, and gives with the bytes the header, which says what they are made of.
func (c *Client) Read(ctx context.Context, req Request) (io.ReadCloser, http.Header, error) {
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPost, Path: "/sql", Header: req.header(), JSON: req})
	if err != nil {
		return nil, nil, err
	}
	return c.Body(ctx, resp), resp.Header, nil
}

func (r Request) header() http.Header {
	h := http.Header{}
	if r.NoCache {
		h.Set("Cache-Control", "no-cache")
	}
	return h
}

// Queries lists the statements that run now.
func (c *Client) Queries(ctx context.Context) ([]Running, error) {
	var answer Queries
	err := c.JSON(ctx, http.MethodGet, "/sql/queries", nil, nil, &answer)
	return answer.Queries, err
}

// Cancel ends a running statement.
func (c *Client) Cancel(ctx context.Context, id string) error {
	return c.JSON(ctx, http.MethodDelete, "/sql/queries/"+url.PathEscape(id), nil, nil, nil)
}
