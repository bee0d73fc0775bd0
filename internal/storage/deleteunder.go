package storage

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Emptied says what a [Client.DeleteUnder] removed.
type Emptied struct {
	Objects int64
	Bytes   int64 // of these objects
}

// deletesAtOnce is how many objects are removed side by side.
const deletesAtOnce = 16

// DeleteUnder removes every object whose key begins with prefix, which is not empty and,
// for a folder, ends with a slash: "a/b" takes "a/bc" along. One that is put meanwhile may
// stay. After an error some are left, in no order, and what was removed is told; the same
// call again removes the rest.
func (c *Client) DeleteUnder(ctx context.Context, prefix string) (gone Emptied, err error) {
	if prefix == "" {
		return gone, ErrBadKey.Errorf("no prefix was given, which would mean every object of the bucket; name a folder")
	}
	for page, err := range c.Listings(ctx, prefix, "", 0) {
		if err != nil {
			return gone, err
		}
		for some := range slices.Chunk(page.Objects, deletesAtOnce) {
			if err := c.deleteAll(ctx, some, &gone); err != nil {
				return gone, err
			}
		}
	}
	return gone, nil
}

// deleteAll removes objects side by side, counts those that it did, and gives why the
// first of the others is left.
func (c *Client) deleteAll(ctx context.Context, objects []Object, gone *Emptied) error {
	failed := make([]error, len(objects))
	var deletions sync.WaitGroup
	for i, o := range objects {
		deletions.Go(func() { failed[i] = c.Delete(ctx, o.Key) })
	}
	deletions.Wait()
	for i, o := range objects {
		if failed[i] == nil {
			gone.Objects, gone.Bytes = gone.Objects+1, gone.Bytes+o.Size
		}
	}
	return cmp.Or(failed...)
}
