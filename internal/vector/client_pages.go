package vector

import (
	"context"
	"iter"
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// EachIndex gives the indexes by name, fetched in pages of limit; 0 is the server's
// choice.
func (c *Client) EachIndex(ctx context.Context, limit int) iter.Seq2[Index, error] {
	return wire.Items(func(cursor string) ([]Index, *string, error) {
		page, err := c.List(ctx, cursor, limit)
		return page.Indexes, page.NextCursor, err
	})
}

// Scroll says which items a listing gives.
type Scroll struct {
	Filter     Filter // nil: all
	WithVector bool   // as it is kept: for cosine at length 1
	Limit      int    // of a page, up to [MaxPage]; 0 is the server's choice
}

// Scroll gives a page of items from a cursor on; "" is the beginning. An item that is
// put in meanwhile is on a later page or on none, as its id stands to the cursor.
func (c *Client) Scroll(ctx context.Context, index, cursor string, s Scroll) (Page, error) {
	q := paging(cursor, s.Limit)
	if len(s.Filter) > 0 {
		q.Set("filter", string(s.Filter))
	}
	if s.WithVector {
		q.Set("with_vector", "true")
	}
	var page Page
	err := c.JSON(ctx, http.MethodGet, of(index, "/scroll"), q, nil, &page)
	return page, err
}

// EachItem gives the items in order of their ids, page by page.
func (c *Client) EachItem(ctx context.Context, index string, s Scroll) iter.Seq2[Item, error] {
	return wire.Items(func(cursor string) ([]Item, *string, error) {
		page, err := c.Scroll(ctx, index, cursor, s)
		return page.Items, page.NextCursor, err
	})
}
