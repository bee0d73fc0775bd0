package vector

import (
	"context"
	"net/http"
	"net/url"
)

// CreateSnapshot keeps the index as it is now; name "" is one after the time.
func (c *Client) CreateSnapshot(ctx context.Context, index, name string) (Snapshot, error) {
	var made Snapshot
	err := c.JSON(ctx, http.MethodPost, of(index, "/snapshot"), nil, NewSnapshot{name}, &made)
	return made, err
}

// Snapshots gives those of an index, the oldest first, also where it was dropped.
func (c *Client) Snapshots(ctx context.Context, index string) ([]Snapshot, error) {
	var all Snapshots
	err := c.JSON(ctx, http.MethodGet, of(index, "/snapshots"), nil, nil, &all)
	return all.Snapshots, err
}

// DropSnapshot removes a snapshot.
func (c *Client) DropSnapshot(ctx context.Context, index, name string) error {
	return c.JSON(ctx, http.MethodDelete, of(index, "/snapshots/"+url.PathEscape(name)), nil, nil, nil)
}

// Restore makes an index of a snapshot, in place of what is there or as another one.
func (c *Client) Restore(ctx context.Context, index string, want Restore) (Index, error) {
	var restored Index
	err := c.JSON(ctx, http.MethodPost, of(index, "/restore"), nil, want, &restored)
	return restored, err
}

// Erase takes items out for good. Where the index has snapshots that were not named it is
// [ErrEraseUnconfirmed], and nothing was changed.
func (c *Client) Erase(ctx context.Context, index string, which Erase) (Erased, error) {
	var erased Erased
	err := c.JSON(ctx, http.MethodPost, of(index, "/erase"), nil, which, &erased)
	return erased, err
}
