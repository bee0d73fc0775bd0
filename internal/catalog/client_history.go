package catalog

import (
	"context"
	"net/http"
	"net/url"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Rollback makes a new version with the content and the schema of an older one.
func (c *Client) Rollback(ctx context.Context, name string, to At, idempotencyKey string) (RolledBack, error) {
	var answer RolledBack
	err := c.change(ctx, http.MethodPost, "/catalog/rollback/"+url.PathEscape(name), to.query(), nil, idempotencyKey, &answer)
	return answer, err
}

// Diff compares two versions; to is the current one where it is zero.
func (c *Client) Diff(ctx context.Context, name string, from, to At) (VersionDiff, error) {
	var d VersionDiff
	q := url.Values{"from": {from.String()}}
	if to != (At{}) {
		q.Set("to", to.String())
	}
	err := c.JSON(ctx, http.MethodGet, "/catalog/diff/"+url.PathEscape(name), q, nil, &d)
	return d, err
}

// Tag gives a version a name that keeps it from expiry; at names the version, zero
// the current one. A tag of that name at another version is [ErrTagExists], unless
// move is set. Each mutation takes an Idempotency-Key, "" for none: a retry with the
// same one gets the first answer, for 24 hours.
func (c *Client) Tag(ctx context.Context, name, tag string, at At, move bool, idempotencyKey string) (Tagged, error) {
	q := at.query()
	q.Set("tag", tag)
	if move {
		q.Set("move", "true")
	}
	var answer Tagged
	err := c.change(ctx, http.MethodPost, "/catalog/tag/"+url.PathEscape(name), q, nil, idempotencyKey, &answer)
	return answer, err
}

// Untag takes a tag away and gives what it named.
func (c *Client) Untag(ctx context.Context, name, tag, idempotencyKey string) (Tagged, error) {
	var answer Tagged
	err := c.change(ctx, http.MethodDelete, "/catalog/tag/"+url.PathEscape(name), url.Values{"tag": {tag}}, nil, idempotencyKey, &answer)
	return answer, err
}

// Drop takes a dataset away. Until the time in the answer [Client.Restore] brings it
// back; its name is free at once.
func (c *Client) Drop(ctx context.Context, name, idempotencyKey string) (Dropped, error) {
	var answer Dropped
	err := c.change(ctx, http.MethodDelete, "/catalog/datasets/"+url.PathEscape(name), nil, nil, idempotencyKey, &answer)
	return answer, err
}

// Restore brings a dropped dataset back under its name, which has to be free.
// datasetID says which, where several of the name were dropped ([ErrDroppedAmbiguous]);
// "" is the only one.
func (c *Client) Restore(ctx context.Context, name, datasetID, idempotencyKey string) (Dataset, error) {
	q := url.Values{}
	if datasetID != "" {
		q.Set("dataset_id", datasetID)
	}
	var answer Dataset
	err := c.change(ctx, http.MethodPost, "/catalog/restore/"+url.PathEscape(name), q, nil, idempotencyKey, &answer)
	return answer, err
}

// Dropped gives one page of the datasets that can be restored.
func (c *Client) Dropped(ctx context.Context, cursor string, limit int) (DroppedList, error) {
	var page DroppedList
	err := c.JSON(ctx, http.MethodGet, "/catalog/dropped", pageQuery(cursor, limit), nil, &page)
	return page, err
}

// Rename gives a dataset another name, which has to be free.
func (c *Client) Rename(ctx context.Context, name, to, idempotencyKey string) (Renamed, error) {
	var answer Renamed
	err := c.change(ctx, http.MethodPost, "/catalog/rename/"+url.PathEscape(name), url.Values{"to": {to}}, nil, idempotencyKey, &answer)
	return answer, err
}

// Describe says what a dataset and its columns are. It makes no version.
func (c *Client) Describe(ctx context.Context, name string, d Description, idempotencyKey string) (Described, error) {
	var answer Described
	err := c.change(ctx, http.MethodPatch, "/catalog/datasets/"+url.PathEscape(name), nil, d, idempotencyKey, &answer)
	return answer, err
}

// change calls an operation that changes a dataset or a view.
func (c *Client) change(ctx context.Context, method, path string, q url.Values, body any, key string, answer any) error {
	header := http.Header{}
	if key != "" {
		header.Set(wire.HeaderIdempotencyKey, key)
	}
	resp, err := c.Do(ctx, wire.Call{Method: method, Path: path, Query: q, Header: header, JSON: body})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return c.Decode(ctx, resp, answer)
}
