package vector

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Client calls vectord, or the gateway. A name may be an alias wherever items are read
// or changed.
type Client struct{ wire.Client }

func of(index, rest string) string { return "/vectors/index/" + url.PathEscape(index) + rest }

// Create makes an index; created is false where one of these parameters was there and
// that was allowed.
func (c *Client) Create(ctx context.Context, index NewIndex) (made Index, created bool, err error) {
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPost, Path: "/vectors/index", JSON: index})
	if err != nil {
		return Index{}, false, err
	}
	defer resp.Body.Close()
	err = c.Decode(ctx, resp, &made)
	return made, resp.StatusCode == http.StatusCreated, err
}

// List gives a page of indexes from a cursor on; "" is the beginning, and limit 0 the
// server's choice.
func (c *Client) List(ctx context.Context, cursor string, limit int) (Indexes, error) {
	var page Indexes
	err := c.JSON(ctx, http.MethodGet, "/vectors/index", paging(cursor, limit), nil, &page)
	return page, err
}

func paging(cursor string, limit int) url.Values {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return q
}

// Get describes an index; with a sample, so many of its vectors are searched for, and the
// recall is in the stats.
func (c *Client) Get(ctx context.Context, index string, sample int) (Index, error) {
	q := url.Values{}
	if sample > 0 {
		q.Set("recall", strconv.Itoa(sample))
	}
	var found Index
	err := c.JSON(ctx, http.MethodGet, of(index, ""), q, nil, &found)
	return found, err
}

// Drop removes an index with its aliases and all that is in storage of it, but for its
// snapshots: these stay under its name, and may hold all that it held, until
// [Client.DropSnapshot] removes them.
func (c *Client) Drop(ctx context.Context, index string) error {
	return c.JSON(ctx, http.MethodDelete, of(index, ""), nil, nil, nil)
}

// AcknowledgeDamage ends that the damage which the stats of an index tell of is told.
func (c *Client) AcknowledgeDamage(ctx context.Context, index string) error {
	return c.JSON(ctx, http.MethodDelete, of(index, "/damage"), nil, nil, nil)
}

// Add puts a batch in.
func (c *Client) Add(ctx context.Context, index string, items []Item) (Added, error) {
	var added Added
	err := c.JSON(ctx, http.MethodPost, of(index, "/add"), nil, Add{items}, &added)
	return added, err
}

// AddJSON is Add for items that are JSON already, an array of them: they go as they are.
func (c *Client) AddJSON(ctx context.Context, index string, items []byte) (Added, error) {
	body := slices.Concat([]byte(`{"items":`), items, []byte(`}`))
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPost, Path: of(index, "/add"), Body: bytes.NewReader(body), Size: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/json"}}})
	if err != nil {
		return Added{}, err
	}
	defer resp.Body.Close()
	var added Added
	err = c.Decode(ctx, resp, &added)
	return added, err
}

// Search asks one question; its Vectors are not set.
func (c *Client) Search(ctx context.Context, index string, s Search) (Found, error) {
	var found Found
	err := c.JSON(ctx, http.MethodPost, of(index, "/search"), nil, s, &found)
	return found, err
}

// SearchMany asks for the items nearest to each of the vectors.
func (c *Client) SearchMany(ctx context.Context, index string, s Search) (FoundMany, error) {
	var found FoundMany
	err := c.JSON(ctx, http.MethodPost, of(index, "/search"), nil, s, &found)
	return found, err
}

// Delete takes items out.
func (c *Client) Delete(ctx context.Context, index string, which Select) (Deleted, error) {
	var deleted Deleted
	err := c.JSON(ctx, http.MethodPost, of(index, "/delete"), nil, which, &deleted)
	return deleted, err
}

// Update changes the metadata of items, and gives how many there were.
func (c *Client) Update(ctx context.Context, index string, change Update) (Updated, error) {
	var updated Updated
	err := c.JSON(ctx, http.MethodPost, of(index, "/metadata"), nil, change, &updated)
	return updated, err
}

// Item gives an item by its id.
func (c *Client) Item(ctx context.Context, index, id string) (Item, error) {
	var item Item
	err := c.JSON(ctx, http.MethodGet, of(index, "/items/"+url.PathEscape(id)), nil, nil, &item)
	return item, err
}

// Count gives how many items match; no filter matches all.
func (c *Client) Count(ctx context.Context, index string, filter Filter) (int, error) {
	var counted Counted
	err := c.JSON(ctx, http.MethodPost, of(index, "/count"), nil, Count{filter}, &counted)
	return counted.Count, err
}
