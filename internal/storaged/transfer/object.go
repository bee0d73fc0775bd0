package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// object brings one object over, or finds that it is there; there is what the
// target's listing says of its key, nil for nothing.
func (c *copier) object(ctx context.Context, source storage.Object, there *storage.Object) error {
	if there != nil {
		same, _, err := c.same(ctx, source, *there)
		switch {
		case err != nil:
			return err
		case same:
			c.done(source.Size)
			return nil
		case !c.Overwrite:
			c.differs(source.Key)
			return nil
		}
	}
	stored, read, err := c.copy(ctx, source.Key, there == nil)
	if err != nil {
		return err
	}
	c.done(source.Size)
	return c.note(source, stored, read)
}

// done counts an object that both sides hold.
func (c *copier) done(size int64) {
	c.seen.Add(1)
	if c.Done != nil {
		c.Done(size)
	}
}

// same tells whether both sides hold the same bytes, and which version of the source's it
// was that did. What the journal knows is not read again.
func (c *copier) same(ctx context.Context, source, there storage.Object) (same bool, read string, err error) {
	if source.Size != there.Size {
		return false, source.ETag, nil
	}
	if c.Journal.holds(source, there) {
		return true, source.ETag, nil
	}
	ours, read, err := c.sum(ctx, c.from, source.Key)
	if err != nil {
		return false, read, err
	}
	theirs, _, err := c.sum(ctx, c.to, source.Key)
	if err != nil || ours != theirs {
		return false, read, err
	}
	return true, read, c.remember(source, there, read)
}

// note counts an object that was copied.
func (c *copier) note(source, stored storage.Object, read string) error {
	c.copied.Add(1)
	c.bytes.Add(stored.Size)
	return c.remember(source, stored, read)
}

// remember has the journal know of two that are the same, unless the source's had changed
// by the time it was read.
func (c *copier) remember(source, there storage.Object, read string) error {
	if read != source.ETag {
		return nil
	}
	return c.Journal.add(source, there)
}

// sum reads an object wholly, and says which version it was.
func (c *copier) sum(ctx context.Context, store backend.Store, key string) (digest, etag string, err error) {
	content, err := store.Get(ctx, key, nil)
	if err != nil {
		return "", "", c.gone(key, err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, content.Body)
	if err := errors.Join(err, content.Body.Close()); err != nil {
		return "", "", fmt.Errorf("read %s: %w", key, err)
	}
	if n != content.Size {
		return "", "", fmt.Errorf("read %s: %d bytes came of %d", key, n, content.Size)
	}
	return hex.EncodeToString(sum.Sum(nil)), content.ETag, nil
}

// gone words the error of an object that a listing had and that is not there.
func (c *copier) gone(key string, err error) error {
	if errors.Is(err, storage.ErrObjectNotFound) {
		return fmt.Errorf("%s was deleted while the bucket was copied, so the bucket is in use; run the copy again: %w", key, err)
	}
	return err
}

// copy stores an object and reads it back; read is the version of the source's.
func (c *copier) copy(ctx context.Context, key string, fresh bool) (stored storage.Object, read string, err error) {
	content, err := c.from.Get(ctx, key, nil)
	if err != nil {
		return storage.Object{}, "", c.gone(key, err)
	}
	defer content.Body.Close()
	body := &checked{body: content.Body, sum: sha256.New(), left: content.Size, key: key}
	if c.HashOf != nil {
		body.want, _ = c.HashOf(key)
	}
	write := backend.Write{Key: key, Body: body, Size: content.Size, Cond: storage.Condition{IfNoneMatch: fresh}}
	stored, _, err = c.to.Put(ctx, write)
	if err != nil {
		return stored, "", fmt.Errorf("copy %s: %w", key, err)
	}
	back, _, err := c.sum(ctx, c.to, key)
	if err != nil {
		return stored, "", err
	}
	if sent := hex.EncodeToString(body.sum.Sum(nil)); back != sent {
		return stored, "", fmt.Errorf("%s came back from the target with SHA-256 %s, and %s was sent; the target is not to be trusted", key, back, sent)
	}
	return stored, content.ETag, nil
}

// checked is an object's bytes as they are sent. Where its name says its hash, the
// last of them are held back from a store if it has another.
type checked struct {
	body io.Reader
	sum  hash.Hash
	left int64
	want string // first digits of the hash, "" for any
	key  string
}

// Read fails before the last byte of an object that is not what its name says.
func (r *checked) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.sum.Write(p[:n])
	r.left -= int64(n)
	if r.left <= 0 && r.want != "" && !strings.HasPrefix(hex.EncodeToString(r.sum.Sum(nil)), r.want) {
		return 0, fmt.Errorf("%s does not have the SHA-256 that its name says: the source is damaged; restore that file from a backup", r.key)
	}
	return n, err
}
