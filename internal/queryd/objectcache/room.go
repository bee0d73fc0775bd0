package objectcache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
)

const (
	fileSuffix = ".parquet"
	tempPrefix = "fetch-"
)

// BoundError tells that the objects do not fit. If Needs is within Bound, what
// others have pinned stands in the way, and a later try may succeed.
type BoundError struct{ Needs, Bound int64 }

func (e *BoundError) Error() string {
	return fmt.Sprintf("%d bytes of objects do not fit into a cache of %d bytes", e.Needs, e.Bound)
}

// Counts are what a cache has done so far.
type Counts struct{ hits, misses, fetched, evicted atomic.Int64 }

// Hits counts objects that were there.
func (c *Counts) Hits() int64 { return c.hits.Load() }

// Misses counts objects that had to be fetched.
func (c *Counts) Misses() int64 { return c.misses.Load() }

// Fetched counts the bytes of objects that were fetched.
func (c *Counts) Fetched() int64 { return c.fetched.Load() }

// Evicted counts objects that went to make room.
func (c *Counts) Evicted() int64 { return c.evicted.Load() }

// keep counts an entry as the most recently used. The caller holds mu.
func (c *Cache) keep(e *entry) {
	c.entries[e.name] = e
	e.place = c.order.PushFront(e)
	c.used += e.size
}

// drop counts an entry no more. The caller holds mu.
func (c *Cache) drop(e *entry) {
	delete(c.entries, e.name)
	c.order.Remove(e.place)
	c.used -= e.size
}

// makeRoom removes what was least recently used, until size more bytes fit. The
// caller holds mu.
func (c *Cache) makeRoom(size int64) error {
	for c.used+size > c.bound {
		e := c.oldest()
		if e == nil {
			return &BoundError{Needs: size, Bound: c.bound}
		}
		if err := os.Remove(filepath.Join(c.dir, e.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("query cache: %w", err)
		}
		c.drop(e)
		c.Counts.evicted.Add(1)
	}
	return nil
}

// oldest gives the entry that nobody pins and that was used longest ago. The
// caller holds mu.
func (c *Cache) oldest() *entry {
	for place := c.order.Back(); place != nil; place = place.Prev() {
		if e := place.Value.(*entry); e.pins == 0 {
			return e
		}
	}
	return nil
}

// load takes stock of the folder: whole files are kept, half-fetched ones go.
func (c *Cache) load() error {
	items, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	for _, item := range items {
		info, err := item.Info()
		switch name := item.Name(); {
		case err != nil:
			return err
		case strings.HasPrefix(name, tempPrefix):
			if err := os.Remove(filepath.Join(c.dir, name)); err != nil {
				return err
			}
		case strings.HasSuffix(name, fileSuffix):
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	there := make(chan struct{})
	close(there)
	for _, info := range files {
		c.keep(&entry{name: info.Name(), size: info.Size(), ready: there})
	}
	return c.makeRoom(0)
}
