package objectcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	keyPrefix = "k"
	maxName   = 255 // bytes that a file's name may have
)

// fileName is the name of an object's copy. It depends on the whole key, so that no
// key can reach outside the folder or collide with another; and the key can be read
// from it ([keyOf]), but for very long ones, which the catalog makes none of.
func fileName(key string) string {
	if name := keyPrefix + url.PathEscape(key) + fileSuffix; len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:]) + fileSuffix
}

func keyOf(name string) (key string, ok bool) {
	escaped, isKey := strings.CutPrefix(strings.TrimSuffix(name, fileSuffix), keyPrefix)
	key, err := url.PathUnescape(escaped)
	return key, isKey && err == nil && fileName(key) == name
}

// Audit removes the copies of objects that storage has no longer, pinned ones too:
// their rows were erased, or no version needs them. A copy whose key is not known goes
// as well. It asks there for one after the other until ctx ends. A copy that could not
// be asked for, or removed, stays, and err tells of it when the others are done.
func (c *Cache) Audit(ctx context.Context, there func(ctx context.Context, key string) (bool, error)) (removed int, err error) {
	failed := 0
	for _, e := range c.copies() {
		if ctx.Err() != nil {
			return removed, ctx.Err()
		}
		gone, doubt := c.audit(ctx, e, there)
		if doubt != nil {
			failed++
			err = fmt.Errorf("%d copies are in doubt, one is %s: %w", failed, e.name, doubt)
		}
		if gone {
			removed++
		}
	}
	return removed, err
}

// audit removes a copy, if storage does not have its object.
func (c *Cache) audit(ctx context.Context, e *entry, there func(ctx context.Context, key string) (bool, error)) (removed bool, err error) {
	if key, known := keyOf(e.name); known {
		if kept, err := there(ctx, key); kept || err != nil {
			return false, err
		}
	}
	if err := os.Remove(filepath.Join(c.dir, e.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	c.forget(e)
	return true, nil
}

// copies gives the entries whose files are there.
func (c *Cache) copies() (list []*entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.entries {
		select {
		case <-e.ready:
			list = append(list, e)
		default:
		}
	}
	return list
}
