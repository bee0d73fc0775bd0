package catalog

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Client calls catalogd.
type Client struct{ wire.Client }

// Register asks for a new version. created is false when the content, or the
// idempotency key ("": none), was there before.
func (c *Client) Register(ctx context.Context, reg Registration, idempotencyKey string) (answer Registered, created bool, err error) {
	header := http.Header{}
	if idempotencyKey != "" {
		header.Set(wire.HeaderIdempotencyKey, idempotencyKey)
	}
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPost, Path: "/catalog/register", Header: header, JSON: reg})
	if err != nil {
		return Registered{}, false, err
	}
	defer resp.Body.Close()
	err = c.Decode(ctx, resp, &answer)
	return answer, resp.StatusCode == http.StatusCreated, err
}

// Manifest gives the version of a dataset; version 0 is the current one.
func (c *Client) Manifest(ctx context.Context, name string, version int64) (Manifest, error) {
	return c.ManifestAt(ctx, name, At{Version: version})
}

// ManifestAt gives a version of a dataset. One that was never there, or is kept no
// longer, is [ErrVersionNotFound], never another one.
func (c *Client) ManifestAt(ctx context.Context, name string, at At) (Manifest, error) {
	var m Manifest
	err := c.JSON(ctx, http.MethodGet, "/catalog/manifest/"+url.PathEscape(name), at.query(), nil, &m)
	return m, err
}

// Receipt finds what an earlier registration answered: by idempotency key, of
// the last 24 hours, or by content, if the current version holds it (in Replace
// mode nothing else; in Rewrite mode if it came last, and as the Variant says; in
// Create mode, or where a duplicate is wanted, never). A key
// that came with other content is [ErrIdempotencyReused]; [ErrReceiptNotFound] or
// [ErrDatasetNotFound] mean that the work is to be done.
func (c *Client) Receipt(ctx context.Context, of ReceiptOf, idempotencyKey string) (Registered, error) {
	q := url.Values{"mode": {string(of.Mode)}, "content_hash": {of.ContentHash}}
	if of.Variant != "" {
		q.Set("variant", of.Variant)
	}
	if of.AllowDuplicate {
		q.Set("allow_duplicate", "true")
	}
	if idempotencyKey != "" {
		q.Set("idempotency_key", idempotencyKey)
	}
	var r Registered
	err := c.JSON(ctx, http.MethodGet, "/catalog/receipts/"+url.PathEscape(of.Name), q, nil, &r)
	return r, err
}

// ReceiptOf says which registration's answer is wanted, in the registration's own
// words.
type ReceiptOf struct {
	Name           string
	Mode           Mode
	ContentHash    string // "" finds by key alone
	Variant        string
	AllowDuplicate bool
}

// List gives one page of datasets. limit 0 takes the server's default.
func (c *Client) List(ctx context.Context, cursor string, limit int) (List, error) {
	var page List
	err := c.JSON(ctx, http.MethodGet, "/catalog/list", pageQuery(cursor, limit), nil, &page)
	return page, err
}

// Versions gives one page of a dataset's history, newest first.
func (c *Client) Versions(ctx context.Context, name, cursor string, limit int) (Versions, error) {
	var page Versions
	err := c.JSON(ctx, http.MethodGet, "/catalog/versions/"+url.PathEscape(name), pageQuery(cursor, limit), nil, &page)
	return page, err
}

func pageQuery(cursor string, limit int) url.Values {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}
