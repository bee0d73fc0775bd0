package objectcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
// as well. It ends at the first error of there, and asks one after the other.
func (c *Cache) Audit(ctx context.Context, there func(ctx context.Context, key string) (bool, error)) (removed int, err error) {
	for _, e := range c.copies() {
		key, known := keyOf(e.name)
		if known {
			if known, err = there(ctx, key); err != nil {
				return removed, err
			}
		}
		if known {
			continue
		}
		if err := os.Remove(filepath.Join(c.dir, e.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return removed, err
		}
		c.forget(e)
		removed++
	}
	return removed, nil
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
