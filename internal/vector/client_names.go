package vector

import (
	"context"
	"net/http"
	"net/url"
)

// Aliases gives all aliases, in order.
func (c *Client) Aliases(ctx context.Context) ([]Alias, error) {
	var all Aliases
	err := c.JSON(ctx, http.MethodGet, "/vectors/aliases", nil, nil, &all)
	return all.Aliases, err
}

// SetAlias lets another name lead to an index, in place of where it led before: searches
// go to the one or the other, and never to none. The answer names the index itself where
// that was given by an alias.
func (c *Client) SetAlias(ctx context.Context, alias, index string) (Alias, error) {
	var set Alias
	err := c.JSON(ctx, http.MethodPut, "/vectors/aliases/"+url.PathEscape(alias), nil, AliasTo{index}, &set)
	return set, err
}

// DropAlias removes an alias, and not its index.
func (c *Client) DropAlias(ctx context.Context, alias string) error {
	return c.JSON(ctx, http.MethodDelete, "/vectors/aliases/"+url.PathEscape(alias), nil, nil, nil)
}
