package catalogd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// parallelIO bounds the requests that one operation has in flight.
const parallelIO = 16

// store is the bucket that the catalog lives in. Inside the catalog an object
// has a key; in Iceberg's files it has a location, s3://<bucket>/<key>,
// whatever the backend.
type store struct {
	*storage.Client
	bucket string
}

// blob is a file of the catalog's own, made in memory.
type blob struct {
	key  string
	data []byte
}

func (s *store) location(key string) string { return "s3://" + s.bucket + "/" + key }

func (s *store) key(location string) (string, error) {
	key, ok := strings.CutPrefix(location, "s3://"+s.bucket+"/")
	if !ok {
		return "", fmt.Errorf("%q lies outside of the bucket %s", location, s.bucket)
	}
	return key, nil
}

// read gets a whole object.
func (s *store) read(ctx context.Context, key string) (data []byte, etag string, err error) {
	body, object, err := s.Get(ctx, key, storage.Range{})
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	data, err = io.ReadAll(body)
	if err == nil && object.Size >= 0 && int64(len(data)) != object.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, "", unavailable(err)
	}
	return data, object.ETag, nil
}

func (s *store) readLocation(ctx context.Context, location string) ([]byte, error) {
	key, err := s.key(location)
	if err != nil {
		return nil, err
	}
	data, _, err := s.read(ctx, key)
	return data, ownFile(key, err)
}

// pages lists what lies under a prefix, in the order of the keys.
func (s *store) pages(ctx context.Context, prefix string, visit func([]storage.Object) error) error {
	for page, err := range s.Listings(ctx, prefix, "", 0) {
		if err != nil {
			return err
		}
		if err := visit(page.Objects); err != nil {
			return err
		}
	}
	return nil
}

// writeAll stores files under fresh keys, together, and returns when all are
// durable.
func (s *store) writeAll(ctx context.Context, blobs []blob) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for _, b := range blobs {
		g.Go(func() error {
			_, _, err := s.Put(ctx, b.key, bytes.NewReader(b.data), int64(len(b.data)), storage.Condition{})
			return ownFile(b.key, err)
		})
	}
	return g.Wait()
}

// ownFile keeps from a client what storage says of the catalog's own files: a
// missing manifest is no 404 of the client's making. That storage is away or
// busy is said as it is.
func ownFile(key string, err error) error {
	var p *wire.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p) && p.Kind.Status < 500:
		return wire.ErrInternal.Errorf("storage refused the catalog a file; the log has the cause under this request id").
			Because(fmt.Errorf("%s: %w", key, err))
	}
	return unavailable(err)
}

// named says what storage answered about an object that a registration names.
func named(key string, err error) error {
	if errors.Is(err, storage.ErrObjectNotFound) {
		return badObject(key, "there is no such object; upload it first")
	}
	return ownFile(key, err)
}

// unavailable turns a broken or timed out connection into a problem that names
// storaged and asks the client to come again.
func unavailable(err error) error {
	var p *wire.Problem
	if errors.As(err, &p) || errors.Is(err, context.Canceled) {
		return err
	}
	return wire.Unavailable("storaged").Because(err)
}
