package vector

import (
	"context"
	"net/http"
)

// StartLoad begins to load the rows of a statement, in the background. While another load
// of the index runs it is [ErrLoadRunning].
func (c *Client) StartLoad(ctx context.Context, index string, want NewLoad) (Load, error) {
	var begun Load
	err := c.JSON(ctx, http.MethodPost, of(index, "/load"), nil, want, &begun)
	return begun, err
}

// LoadOf tells how far the load of an index is, or how its last one ended; where there was
// none it is [ErrLoadNotFound].
func (c *Client) LoadOf(ctx context.Context, index string) (Load, error) {
	var load Load
	err := c.JSON(ctx, http.MethodGet, of(index, "/load"), nil, nil, &load)
	return load, err
}

// CancelLoad ends the load that runs, and tells how it ended; where none runs it is
// [ErrLoadNotFound]. What was added stays.
func (c *Client) CancelLoad(ctx context.Context, index string) (Load, error) {
	var ended Load
	err := c.JSON(ctx, http.MethodDelete, of(index, "/load"), nil, nil, &ended)
	return ended, err
}
