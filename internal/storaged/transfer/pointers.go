package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// Objects that name others, and are written when these are there: of the catalog each
// dataset's, of vectord each name's and each snapshot's.
const (
	catalogPointers = "catalog/"
	indexes         = "vectors/"
	indexNames      = indexes + "names/"
	aboutSnapshot   = "/about.json"
	indexSnapshots  = indexes + "snapshots/" // <index>/<snapshot>/about.json, beside what it names
)

func isPointer(key string) bool {
	if snapshot, ok := strings.CutPrefix(key, indexSnapshots); ok {
		return strings.HasSuffix(snapshot, aboutSnapshot) && strings.Count(snapshot, "/") == 2
	}
	return strings.HasPrefix(key, catalogPointers) || strings.HasPrefix(key, indexNames)
}

// pointer is one as it was when a pass began. They are small and few beside the data, so
// they wait in memory.
type pointer struct {
	key   string
	bytes []byte
}

func (p pointer) equal(q pointer) bool { return p.key == q.key && bytes.Equal(p.bytes, q.bytes) }

func readPointers(ctx context.Context, store backend.Store) ([]pointer, error) {
	var saved []pointer
	for _, prefix := range []string{catalogPointers, indexNames, indexSnapshots} {
		for object, err := range list(ctx, store, prefix) {
			if err != nil {
				return nil, err
			}
			if !isPointer(object.Key) {
				continue
			}
			text, err := read(ctx, store, object.Key)
			if errors.Is(err, storage.ErrObjectNotFound) {
				continue // dropped since it was listed
			}
			if err != nil {
				return nil, err
			}
			saved = append(saved, pointer{object.Key, text})
		}
	}
	return saved, nil
}

// checkPointers refuses a target whose datasets are not the source's, before
// anything is written to it.
func (c *copier) checkPointers(ctx context.Context, saved []pointer) error {
	if c.Overwrite {
		return nil
	}
	for _, p := range saved {
		there, err := read(ctx, c.to, p.key)
		switch {
		case errors.Is(err, storage.ErrObjectNotFound):
		case err != nil:
			return err
		case !bytes.Equal(there, p.bytes):
			c.differs(p.key)
		}
	}
	return c.conflict()
}

func (c *copier) putPointer(ctx context.Context, p pointer) error {
	if strings.HasPrefix(p.key, catalogPointers) {
		c.pointers++
	}
	there, err := read(ctx, c.to, p.key)
	if err == nil && bytes.Equal(there, p.bytes) {
		c.done(int64(len(p.bytes)))
		return nil
	}
	if err != nil && !errors.Is(err, storage.ErrObjectNotFound) {
		return err
	}
	fresh := err != nil
	write := backend.Write{Key: p.key, Body: bytes.NewReader(p.bytes), Size: int64(len(p.bytes)), Cond: storage.Condition{IfNoneMatch: fresh}}
	if _, _, err := c.to.Put(ctx, write); err != nil {
		return fmt.Errorf("copy %s: %w", p.key, err)
	}
	back, err := read(ctx, c.to, p.key)
	if err != nil {
		return err
	}
	if !bytes.Equal(back, p.bytes) {
		return fmt.Errorf("%s came back from the target with other bytes than were sent; is the target in use?", p.key)
	}
	c.copied.Add(1)
	c.bytes.Add(int64(len(p.bytes)))
	c.done(int64(len(p.bytes)))
	return nil
}

func read(ctx context.Context, store backend.Store, key string) ([]byte, error) {
	content, err := store.Get(ctx, key, nil)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(content.Body)
	return text, errors.Join(err, content.Body.Close())
}
