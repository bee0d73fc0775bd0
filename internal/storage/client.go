package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Client calls storaged for one bucket ("": the default one).
type Client struct {
	wire.Client
	Bucket string
}

// Put stores the body under key and returns once it is durable; created tells
// whether the key was free before. size is the body's length or -1.
func (c *Client) Put(ctx context.Context, key string, body io.Reader, size int64, cond Condition) (stored Stored, created bool, err error) {
	header := http.Header{}
	if cond.IfMatch != "" {
		header.Set("If-Match", cond.IfMatch)
	}
	if cond.IfNoneMatch {
		header.Set("If-None-Match", "*")
	}
	if intoReserve(ctx) {
		header.Set(HeaderReserve, "cleanup")
	}
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodPut, Path: objectPath(key), Query: c.query(), Header: header, Body: body, Size: size})
	if err != nil {
		return Stored{}, false, err
	}
	defer resp.Body.Close()
	if err := c.Decode(ctx, resp, &stored); err != nil {
		return Stored{}, false, err
	}
	return stored, resp.StatusCode == http.StatusCreated, nil
}

// Range selects bytes of an object: from Offset, Length many (0: to the end).
// The zero value is the whole object.
type Range struct{ Offset, Length int64 }

// Get opens an object. The caller closes the reader. The Object's Size is that
// of the whole object also when a range was asked for. Bytes that break off are
// [wire.ErrUnavailable].
func (c *Client) Get(ctx context.Context, key string, rng Range) (io.ReadCloser, Object, error) {
	header := http.Header{}
	switch {
	case rng.Length > 0:
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", rng.Offset, rng.Offset+rng.Length-1))
	case rng.Offset > 0:
		header.Set("Range", fmt.Sprintf("bytes=%d-", rng.Offset))
	}
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodGet, Path: objectPath(key), Query: c.query(), Header: header})
	if err != nil {
		return nil, Object{}, err
	}
	return c.Body(ctx, resp), describe(key, resp), nil
}

// Head describes an object without its bytes.
func (c *Client) Head(ctx context.Context, key string) (Object, error) {
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodHead, Path: objectPath(key), Query: c.query()})
	if err != nil {
		return Object{}, headProblem(key, err)
	}
	resp.Body.Close()
	return describe(key, resp), nil
}

// Delete removes an object; one that is not there is no error.
func (c *Client) Delete(ctx context.Context, key string) error {
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodDelete, Path: objectPath(key), Query: c.query()})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// discardTimeout bounds a Discard, of however many objects.
const discardTimeout = 10 * time.Second

// Discard removes objects that nothing refers to. It goes on when ctx is done, as
// that of a client is that has left, and after an object that cannot be removed:
// left are those that may still be there, and err is why the first of them is.
// Under datasets/ they harm nothing: what cannot be removed now, catalogd's search
// for orphans finds.
func (c *Client) Discard(ctx context.Context, keys []string) (left []string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	for _, key := range keys {
		if failed := c.Delete(ctx, key); failed != nil {
			left, err = append(left, key), cmp.Or(err, failed)
		}
	}
	return left, err
}

// List returns one page of the keys under prefix. With a delimiter the keys that
// hold it after the prefix are folded into Prefixes. limit 0 takes the server's
// default of 1,000.
func (c *Client) List(ctx context.Context, prefix, delimiter, cursor string, limit int) (Listing, error) {
	q := c.query()
	for name, value := range map[string]string{"prefix": prefix, "delimiter": delimiter, "cursor": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	var page Listing
	err := c.JSON(ctx, http.MethodGet, "/storage/objects", q, nil, &page)
	return page, err
}

// Listings gives all pages of what lies under prefix, as [Client.List] does. An error
// ends them.
func (c *Client) Listings(ctx context.Context, prefix, delimiter string, limit int) iter.Seq2[Listing, error] {
	return wire.Pages(func(cursor string) (Listing, *string, error) {
		page, err := c.List(ctx, prefix, delimiter, cursor, limit)
		return page, page.NextCursor, err
	})
}

// Buckets describes the buckets of the configuration.
func (c *Client) Buckets(ctx context.Context) ([]Bucket, error) {
	var answer Buckets
	err := c.JSON(ctx, http.MethodGet, "/storage/buckets", nil, nil, &answer)
	return answer.Buckets, err
}

func (c *Client) query() url.Values {
	q := url.Values{}
	if c.Bucket != "" {
		q.Set("bucket", c.Bucket)
	}
	return q
}

func objectPath(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return "/storage/objects/" + strings.Join(segments, "/")
}

func describe(key string, resp *http.Response) Object {
	o := Object{Key: key, Size: resp.ContentLength, ETag: resp.Header.Get("ETag")}
	if _, total, ok := strings.Cut(resp.Header.Get("Content-Range"), "/"); ok {
		o.Size, _ = strconv.ParseInt(total, 10, 64)
	}
	o.ModifiedAt, _ = time.Parse(http.TimeFormat, resp.Header.Get("Last-Modified"))
	return o
}

// headProblem names what a HEAD, whose answer has no body, cannot say itself.
func headProblem(key string, err error) error {
	var p *wire.Problem
	if errors.As(err, &p) && p.Kind.Status == http.StatusNotFound {
		return ErrObjectNotFound.Errorf("no object %q", key)
	}
	return err
}
