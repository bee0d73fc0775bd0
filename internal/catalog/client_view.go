package catalog

import (
	"context"
	"net/http"
	"net/url"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ViewsPath is where views are. The gateway has queryd answer a POST there, since a
// statement has to be bound, and catalogd the rest.
const ViewsPath = "/catalog/views"

// RegisterViewPath is where queryd has a bound view kept. The gateway passes nothing
// on that is under /internal.
const RegisterViewPath = "/internal/views"

// RelationPath is where queryd asks what a name has.
const RelationPath = "/internal/relations/"

// Relation gives a version of what a name has, a dataset or a view. It asks catalogd
// itself; a name that has neither is [ErrDatasetNotFound] or [ErrViewNotFound].
func (c *Client) Relation(ctx context.Context, name string, at At) (r Relation, err error) {
	err = c.JSON(ctx, http.MethodGet, RelationPath+url.PathEscape(name), at.query(), nil, &r)
	return r, err
}

// CreateView asks queryd, or the gateway, for a view or a new version of one.
// created is false where the current version has the statement already. Each change
// takes an Idempotency-Key, "" for none: a retry with the same one gets the first
// answer, for 24 hours.
func (c *Client) CreateView(ctx context.Context, v NewView, idempotencyKey string) (answer RegisteredView, created bool, err error) {
	return c.postView(ctx, ViewsPath, v, idempotencyKey)
}

// RegisterView asks catalogd itself to keep a view that was bound.
func (c *Client) RegisterView(ctx context.Context, v ViewRegistration, idempotencyKey string) (answer RegisteredView, created bool, err error) {
	return c.postView(ctx, RegisterViewPath, v, idempotencyKey)
}

// ViewReceipt asks catalogd itself what it answered to the registration of a view, by
// its Idempotency-Key of the last 24 hours. It needs no binding and waits for no other
// change of the name. A key that came with another request is [ErrIdempotencyReused];
// [ErrReceiptNotFound] means that the view is to be registered.
func (c *Client) ViewReceipt(ctx context.Context, v NewView, idempotencyKey string) (answer RegisteredView, err error) {
	digest, err := v.Digest()
	if err != nil {
		return answer, err
	}
	q := url.Values{"idempotency_key": {idempotencyKey}, "digest": {digest}}
	err = c.JSON(ctx, http.MethodGet, RegisterViewPath+"/"+url.PathEscape(v.Name)+"/receipt", q, nil, &answer)
	return answer, err
}

func (c *Client) postView(ctx context.Context, path string, body any, key string) (answer RegisteredView, created bool, err error) {
	header := http.Header{}
	if key != "" {
		header.Set(wire.HeaderIdempotencyKey, key)
	}
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPost, Path: path, Header: header, JSON: body})
	if err != nil {
		return answer, false, err
	}
	defer resp.Body.Close()
	return answer, resp.StatusCode == http.StatusCreated, c.Decode(ctx, resp, &answer)
}

func viewPath(name string) string { return ViewsPath + "/" + url.PathEscape(name) }

// View gives a version of a view; zero is the current one.
func (c *Client) View(ctx context.Context, name string, at At) (View, error) {
	var v View
	err := c.JSON(ctx, http.MethodGet, viewPath(name), at.query(), nil, &v)
	return v, err
}

// Views gives one page of views. limit 0 takes the server's default.
func (c *Client) Views(ctx context.Context, cursor string, limit int) (Views, error) {
	var page Views
	err := c.JSON(ctx, http.MethodGet, ViewsPath, pageQuery(cursor, limit), nil, &page)
	return page, err
}

// ViewVersions gives one page of a view's history, newest first.
func (c *Client) ViewVersions(ctx context.Context, name, cursor string, limit int) (ViewVersions, error) {
	var page ViewVersions
	err := c.JSON(ctx, http.MethodGet, viewPath(name)+"/versions", pageQuery(cursor, limit), nil, &page)
	return page, err
}

// DropView takes a view away. Until the time in the answer [Client.RestoreView] brings
// it back; its name is free at once.
func (c *Client) DropView(ctx context.Context, name, idempotencyKey string) (DroppedView, error) {
	var answer DroppedView
	err := c.change(ctx, http.MethodDelete, viewPath(name), nil, nil, idempotencyKey, &answer)
	return answer, err
}

// RestoreView brings a dropped view back under its name, which has to be free.
// viewID says which, where several of the name were dropped ([ErrDroppedAmbiguous]);
// "" is the only one.
func (c *Client) RestoreView(ctx context.Context, name, viewID, idempotencyKey string) (View, error) {
	q := url.Values{}
	if viewID != "" {
		q.Set("view_id", viewID)
	}
	var answer View
	err := c.change(ctx, http.MethodPost, viewPath(name)+"/restore", q, nil, idempotencyKey, &answer)
	return answer, err
}

// DroppedViews gives one page of the views that can be restored.
func (c *Client) DroppedViews(ctx context.Context, cursor string, limit int) (DroppedViews, error) {
	var page DroppedViews
	err := c.JSON(ctx, http.MethodGet, "/catalog/dropped/views", pageQuery(cursor, limit), nil, &page)
	return page, err
}

// DescribeView says what a view is. It makes no version.
func (c *Client) DescribeView(ctx context.Context, name, text, idempotencyKey string) (View, error) {
	var answer View
	err := c.change(ctx, http.MethodPatch, viewPath(name), nil, ViewDescription{Description: text}, idempotencyKey, &answer)
	return answer, err
}
