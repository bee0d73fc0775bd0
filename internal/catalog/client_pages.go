package catalog

import (
	"context"
	"iter"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The listings as a whole, fetched in pages of limit, 0 for the server's default, as
// they are gone through. An error ends them. What changes meanwhile may be there or not.

// EachDataset gives the datasets, by namespace and name.
func (c *Client) EachDataset(ctx context.Context, limit int) iter.Seq2[Dataset, error] {
	return wire.Items(func(cursor string) ([]Dataset, *string, error) {
		page, err := c.List(ctx, cursor, limit)
		return page.Datasets, page.NextCursor, err
	})
}

// EachVersion gives the versions of a dataset that are kept, newest first.
func (c *Client) EachVersion(ctx context.Context, name string, limit int) iter.Seq2[Version, error] {
	return wire.Items(func(cursor string) ([]Version, *string, error) {
		page, err := c.Versions(ctx, name, cursor, limit)
		return page.Versions, page.NextCursor, err
	})
}

// EachDropped gives the datasets that can be restored, by namespace and name.
func (c *Client) EachDropped(ctx context.Context, limit int) iter.Seq2[Dropped, error] {
	return wire.Items(func(cursor string) ([]Dropped, *string, error) {
		page, err := c.Dropped(ctx, cursor, limit)
		return page.Datasets, page.NextCursor, err
	})
}

// EachView gives the views, by namespace and name.
func (c *Client) EachView(ctx context.Context, limit int) iter.Seq2[ListedView, error] {
	return wire.Items(func(cursor string) ([]ListedView, *string, error) {
		page, err := c.Views(ctx, cursor, limit)
		return page.Views, page.NextCursor, err
	})
}

// EachDroppedView gives the views that can be restored, by namespace and name.
func (c *Client) EachDroppedView(ctx context.Context, limit int) iter.Seq2[DroppedView, error] {
	return wire.Items(func(cursor string) ([]DroppedView, *string, error) {
		page, err := c.DroppedViews(ctx, cursor, limit)
		return page.Views, page.NextCursor, err
	})
}

// EachViewVersion gives the versions of a view that are kept, newest first.
func (c *Client) EachViewVersion(ctx context.Context, name string, limit int) iter.Seq2[ViewVersion, error] {
	return wire.Items(func(cursor string) ([]ViewVersion, *string, error) {
		page, err := c.ViewVersions(ctx, name, cursor, limit)
		return page.Versions, page.NextCursor, err
	})
}
