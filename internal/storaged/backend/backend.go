// Package backend is what storaged asks of a place that keeps the objects of
// one bucket. Packages local and s3 are such places; one conformance suite
// holds both to the promises of package storage.
package backend

import (
	"context"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Store keeps the objects of one bucket. Keys have passed storage.CheckKey.
// Its errors are problems of the storage contract, or internal ones. It is safe
// for concurrent use.
type Store interface {
	// Put stores an object and returns once it is durable. A Body that fails
	// leaves the previous object, wholly, and its error comes back as it was.
	// created tells whether the key was free before.
	Put(ctx context.Context, w Write) (stored storage.Object, created bool, err error)
	// Get opens one version of an object. The caller closes it.
	Get(ctx context.Context, key string, r *Range) (*Content, error)
	// Head describes an object.
	Head(ctx context.Context, key string) (storage.Object, error)
	// Delete removes an object durably; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List gives one page of keys in byte order.
	List(ctx context.Context, p Page) (storage.Listing, error)
	// Ready gives the reasons why the store cannot serve now; none: it can.
	Ready(ctx context.Context) []string
	// Describe says where the objects are.
	Describe() storage.Bucket
	// Close ends what the store owns; no call is in flight any more.
	Close() error
}

// Write is one object to store. Body holds Size bytes, or as many as come
// before io.EOF where Size is -1; it returns any other error where what came is
// not to be stored, before the last byte where Size is known.
type Write struct {
	Key  string
	Body io.Reader
	Size int64
	Cond storage.Condition
	// IntoReserve lets the write take what a disk keeps in reserve.
	IntoReserve bool
}

// Page selects a part of a listing: at most Limit keys and folded prefixes.
type Page struct {
	Prefix, Delimiter, Cursor string
	Limit                     int
}

// Content is one version of an object, opened: Length bytes from Offset. Partial
// tells that a range was asked for and kept.
type Content struct {
	storage.Object
	Offset, Length int64
	Partial        bool
	Body           io.ReadCloser
}
