package durable

import (
	"context"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// storaged has a bound of an object ([storaged] max_object_bytes), and refuses what is larger.
// It is asked for when an index is opened, before a generation, and again when something was
// refused: it may be another one since storaged was restarted.

// partBytes is the most that an object of the index may have.
func (x *Index) partBytes() int64 {
	if bound := x.bound.Load(); bound > 0 {
		return min(bound, x.options.Limits.PartBytes)
	}
	return x.options.Limits.PartBytes
}

// bucket describes the bucket that the index is in, and notes the bound.
func (x *Index) bucket(ctx context.Context) (storage.Bucket, error) {
	var buckets []storage.Bucket
	err := patiently(ctx, x.options.Limits.Patience, func(ctx context.Context) (err error) {
		buckets, err = x.options.Storage.Buckets(ctx)
		return err
	})
	if err != nil {
		return storage.Bucket{}, err
	}
	for _, b := range buckets {
		if b.Name == x.options.Storage.Bucket || x.options.Storage.Bucket == "" && b.Default {
			x.bound.Store(b.MaxObjectBytes)
			return b, nil
		}
	}
	return storage.Bucket{}, nil
}

// smaller tells that something was refused since the bound is lower than it was thought to
// be; written anew it may be stored. A connection may break over a refusal, so that any
// failure but one that says something else is looked into.
func (x *Index) smaller(ctx context.Context, refused error) bool {
	if errors.Is(refused, storage.ErrDiskReserve) || ctx.Err() != nil {
		return false
	}
	before := x.partBytes()
	_, err := x.bucket(ctx)
	return err == nil && x.partBytes() < before
}
