package catalogd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// source is an object that a registration names, as it was found.
type source struct {
	storage.Object
	*footer
}

// locate finds the objects of a registration. It reads none.
func (s *store) locate(ctx context.Context, refs []catalog.ObjectRef) ([]storage.Object, error) {
	found := make([]storage.Object, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for i, ref := range refs {
		g.Go(func() (err error) {
			found[i], err = s.Head(ctx, ref.Key)
			return named(ref.Key, err)
		})
	}
	return found, g.Wait()
}

// contentHash identifies objects by their keys and ETags, for a registration
// that does not say itself what it loads.
func contentHash(objects []storage.Object) string {
	h := sha256.New()
	for _, o := range objects {
		fmt.Fprintf(h, "%q %q\n", o.Key, o.ETag)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// inspect reads the footers of objects.
func (s *store) inspect(ctx context.Context, objects []storage.Object) ([]source, error) {
	sources := make([]source, len(objects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for i, o := range objects {
		g.Go(func() error {
			f, err := s.inspectOne(ctx, o)
			sources[i] = source{Object: o, footer: f}
			return err
		})
	}
	return sources, g.Wait()
}

func (s *store) inspectOne(ctx context.Context, o storage.Object) (*footer, error) {
	t := tail{store: s, ctx: ctx, object: o}
	f, err := readFooter(&t, o.Size)
	switch {
	case err == nil:
		return f, nil
	case t.failed != nil:
		return nil, t.failed
	case errors.Is(err, catalog.ErrBadSchema):
		return nil, err
	}
	return nil, badObject(o.Key, "%v", err)
}

func badObject(key, format string, args ...any) error {
	return catalog.ErrBadObject.Errorf("object %q: "+format, append([]any{key}, args...)...).With("key", key)
}

// tail reads the end of an object in one request, and a second one only where
// the footer is longer than footerGuess.
type tail struct {
	store  *store
	ctx    context.Context
	object storage.Object
	start  int64 // of data in the object
	data   []byte
	failed error // of storage, not of the file
}

// ReadAt gives bytes of the object; what it has not, it reads up to the end.
func (t *tail) ReadAt(p []byte, offset int64) (int, error) {
	if t.data == nil || offset < t.start {
		start := min(offset, max(0, t.object.Size-footerGuess))
		if err := t.fetch(start); err != nil {
			t.failed = err
			return 0, err
		}
	}
	n := copy(p, t.data[offset-t.start:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (t *tail) fetch(start int64) error {
	body, found, err := t.store.Get(t.ctx, t.object.Key, storage.Range{Offset: start, Length: t.object.Size - start})
	if err != nil {
		return named(t.object.Key, err)
	}
	defer body.Close()
	if found.ETag != t.object.ETag {
		return badObject(t.object.Key, "it was replaced while it was read; register it again")
	}
	data := make([]byte, t.object.Size-start)
	if _, err := io.ReadFull(body, data); err != nil {
		return unavailable(err)
	}
	t.start, t.data = start, data
	return nil
}
