package ingestd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxSources bounds the objects of one ingest.
const maxSources = 100

// objectRef is one version of an object in storage.
type objectRef struct {
	Key  string `json:"key"`
	ETag string `json:"etag"`
	Size int64  `json:"size"` // bytes
}

// parseSources checks the keys of an ingest from storage.
func parseSources(keys []string) error {
	if len(keys) > maxSources {
		return ingest.ErrBadOption.Errorf("%d sources are named; at most %d become one version: load them in several requests with mode=append", len(keys), maxSources).With("limit", maxSources)
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if err := storage.CheckKey(key); err != nil {
			return err
		}
		if folder := storage.Reserved(key); folder != "" {
			return storage.ErrReservedKey.Errorf("the source %q is in %s, which belongs to the daemons; load objects of other prefixes, and register Parquet by POST /catalog/register", key, folder).
				With("prefix", folder).With("source", key)
		}
		if seen[key] {
			return ingest.ErrBadOption.Errorf("the source %q is named twice; name each object once", key).With("source", key)
		}
		seen[key] = true
	}
	return nil
}

// sourceName is the file name that a dataset is named after.
func sourceName(keys []string) string {
	if len(keys) != 1 {
		return "" // several have no common name
	}
	return path.Base(keys[0])
}

// wantNoBody refuses a request that brings a file beside its sources.
func wantNoBody(r *http.Request) error {
	n, err := io.ReadFull(r.Body, make([]byte, 1))
	if n > 0 {
		return wire.ErrBadRequest.Errorf("the request has both a source and a body; send the body by itself, or leave it out")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// findObjects settles which versions of the objects are loaded.
func (d *ingestd) findObjects(ctx context.Context, keys []string) ([]objectRef, error) {
	refs := make([]objectRef, len(keys))
	for i, key := range keys {
		o, err := d.storage.Head(ctx, key)
		if err != nil {
			return nil, missingObject(key, err)
		}
		refs[i] = objectRef{Key: key, ETag: o.ETag, Size: o.Size}
	}
	return refs, nil
}

func missingObject(key string, err error) error {
	if errors.Is(err, storage.ErrObjectNotFound) {
		return storage.ErrObjectNotFound.Errorf("there is no object %q in storage; put it there first, or name another source", key).With("source", key)
	}
	return err
}

// objectInputs makes files of objects. count is told how many bytes were read.
func (d *ingestd) objectInputs(refs []objectRef, count func(int)) []input {
	inputs := make([]input, len(refs))
	for i, ref := range refs {
		inputs[i].open = func(ctx context.Context) (*upload, error) {
			body := &objectReader{ctx: ctx, get: d.storage.Get, ref: ref}
			return &upload{fileName: path.Base(ref.Key), body: &countingReader{body, count}, done: func() { _ = body.close() }}, nil
		}
		if len(refs) > 1 {
			inputs[i].label = ref.Key
		}
	}
	return inputs
}

// maxResumes is how often the reading of an object goes on after it broke off.
const maxResumes = 3

// objectReader reads one version of an object to its end. A reading that breaks off
// goes on where it was; another version of the object, then or at the beginning, is
// [ingest.ErrSourceChanged].
type objectReader struct {
	ctx   context.Context
	get   func(context.Context, string, storage.Range) (io.ReadCloser, storage.Object, error)
	ref   objectRef
	body  io.ReadCloser // nil: to be opened at at
	at    int64
	tries int
}

// Read gives bytes of that version only.
func (o *objectReader) Read(p []byte) (int, error) {
	for {
		if o.at >= o.ref.Size && o.at > 0 {
			return 0, io.EOF
		}
		if err := o.open(); err != nil {
			return 0, err
		}
		n, err := o.body.Read(p)
		o.at += int64(n)
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, io.EOF) && o.at == o.ref.Size:
			return n, io.EOF
		}
		_ = o.close()
		if o.tries++; o.tries > maxResumes || o.ctx.Err() != nil {
			return n, fmt.Errorf("read the source %q: %w", o.ref.Key, errors.Join(o.ctx.Err(), wire.Unavailable("storaged").Because(err)))
		}
		if n > 0 {
			return n, nil
		}
	}
}

func (o *objectReader) open() error {
	if o.body != nil {
		return nil
	}
	body, object, err := o.get(o.ctx, o.ref.Key, storage.Range{Offset: o.at})
	if err != nil {
		return missingObject(o.ref.Key, err)
	}
	if object.ETag != o.ref.ETag || object.Size != o.ref.Size {
		return errors.Join(ingest.ErrSourceChanged.Errorf("the object %q was written again while it was to be loaded; nothing was loaded: send the request again", o.ref.Key).
			With("source", o.ref.Key), body.Close())
	}
	o.body = body
	return nil
}

func (o *objectReader) close() error {
	if o.body == nil {
		return nil
	}
	err := o.body.Close()
	o.body = nil
	return err
}

// countingReader tells how much was read.
type countingReader struct {
	io.Reader
	count func(int)
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count(n)
	return n, err
}
