package objectcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// download fetches an object into the folder. The file has its name only once
// its bytes are checked and on disk: after a crash of the machine a name without
// bytes would be read as the object.
func (c *Cache) download(ctx context.Context, name string, o Object) error {
	f, err := os.CreateTemp(c.dir, tempPrefix)
	if err != nil {
		return fmt.Errorf("query cache: %w", err)
	}
	defer os.Remove(f.Name()) // gone already if all went well
	defer f.Close()
	if err := c.copyObject(ctx, f, o); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("query cache: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(c.dir, name)); err != nil {
		return fmt.Errorf("query cache: %w", err)
	}
	return nil
}

// copyObject copies the object's bytes and checks them.
func (c *Cache) copyObject(ctx context.Context, w io.Writer, o Object) error {
	body, err := c.fetch(ctx, o.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(body, o.Size+1))
	c.Counts.fetched.Add(n)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("fetch %s: %w", o.Key, err)
	}
	if n != o.Size {
		return fmt.Errorf("%w: %s: %d bytes came where the manifest has %d", ErrDamaged, o.Key, n, o.Size)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.HasPrefix(got, o.Hash) {
		return fmt.Errorf("%w: %s: the content's SHA-256 is %s", ErrDamaged, o.Key, got)
	}
	return nil
}
