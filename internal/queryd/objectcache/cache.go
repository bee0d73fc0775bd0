// Package objectcache keeps copies of immutable objects in a folder, within a
// bound of bytes.
//
// What it promises:
//
//   - A file that it hands out holds the object's bytes, wholly: their number is
//     that of the manifest, and where the object's name carries a hash of its
//     content they were checked against it before the file got its name.
//   - A file stays for as long as it is pinned; the least recently used of the
//     others go when room is needed.
//   - However many ask for an object at once, it is fetched once.
//   - The files survive a restart and a crash; half-fetched ones do not.
//   - What storage has no longer goes with the next Audit.
//
// A folder belongs to one Cache at a time, across processes.
package objectcache

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Object is one object to be had: its key, its size in bytes, and the first hex
// digits of the SHA-256 of its content ("": unknown).
type Object struct {
	Key  string
	Size int64
	Hash string
}

// Fetch opens an object's bytes.
type Fetch func(ctx context.Context, key string) (io.ReadCloser, error)

// ErrDamaged tells an object whose bytes are not those that it was wanted with.
var ErrDamaged = errors.New("the object is damaged")

// fetchers bounds how many objects one Pin fetches at once.
const fetchers = 4

// Cache is safe for concurrent use.
type Cache struct {
	dir    string
	bound  int64
	fetch  Fetch
	lock   *service.FileLock
	Counts Counts

	mu      sync.Mutex
	entries map[string]*entry
	order   *list.List // of *entry, the most recently used first
	used    int64      // bytes of all entries, those in the making included
}

// entry is one file, there or in the making.
type entry struct {
	name  string
	size  int64
	pins  int
	place *list.Element
	// ready is closed when the file is there, or when err says why it is not; an
	// entry that failed is in the map no more.
	ready chan struct{}
	err   error
}

// Open takes over the folder and what an earlier Cache left in it.
func Open(dir string, bound int64, fetch Fetch) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("query cache: %w", err)
	}
	lock, err := service.LockFile(dir + ".lock")
	if err != nil {
		return nil, fmt.Errorf("query cache: %w; give each queryd its own [fleet] data", err)
	}
	c := &Cache{dir: dir, bound: bound, fetch: fetch, lock: lock, entries: map[string]*entry{}, order: list.New()}
	if err := c.load(); err != nil {
		lock.Release()
		return nil, fmt.Errorf("query cache: %w", err)
	}
	return c, nil
}

// Close gives the folder free. No pin may be held any more.
func (c *Cache) Close() error { return c.lock.Release() }

// Dir is the folder that all files are in.
func (c *Cache) Dir() string { return c.dir }

// Used is how many bytes the files hold.
func (c *Cache) Used() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// Pin gives the paths of the objects' copies, in their order, and fetches those
// that are not there. They stay until release is called. A *BoundError tells
// that they do not fit, ErrDamaged that one is not what it should be; an error of
// Fetch, or of reading what it opened, is passed on.
func (c *Cache) Pin(ctx context.Context, objects []Object) (paths []string, release func(), err error) {
	if err := c.fits(objects); err != nil {
		return nil, nil, err
	}
	paths = make([]string, len(objects))
	pinned := make([]*entry, len(objects))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	for i, o := range objects {
		name := fileName(o.Key)
		paths[i] = filepath.Join(c.dir, name)
		group.Go(func() error {
			e, err := c.pin(groupCtx, name, o)
			pinned[i] = e
			return err
		})
	}
	release = func() { c.unpin(pinned) }
	if err := group.Wait(); err != nil {
		release()
		return nil, nil, err
	}
	return paths, release, nil
}

// fits refuses what could never be held together.
func (c *Cache) fits(objects []Object) error {
	var total int64
	for _, o := range objects {
		total += o.Size
	}
	if total > c.bound {
		return &BoundError{Needs: total, Bound: c.bound}
	}
	return nil
}

// gaveUp tells that a fetch ended because its caller left, not because of the
// object.
func gaveUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// pin pins one object. A caller that leaves takes nobody else with it: one of
// those who waited fetches in its place.
func (c *Cache) pin(ctx context.Context, name string, o Object) (*entry, error) {
	for {
		e, mine, err := c.reserve(name, o)
		switch {
		case err != nil:
			return nil, err
		case mine:
			return c.fill(ctx, e, o)
		}
		select {
		case <-e.ready:
		case <-ctx.Done():
			c.unpin([]*entry{e})
			return nil, ctx.Err()
		}
		if e.err == nil && c.holds(name, o.Size) {
			c.Counts.hits.Add(1)
			return e, nil
		}
		c.forget(e)
		c.unpin([]*entry{e})
		if e.err != nil && !gaveUp(e.err) {
			return nil, e.err
		}
	}
}

// reserve pins the object's entry. mine tells that the caller is to fetch it,
// for which the room is set aside.
func (c *Cache) reserve(name string, o Object) (e *entry, mine bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[name]; ok {
		e.pins++
		c.order.MoveToFront(e.place)
		return e, false, nil
	}
	if err := c.makeRoom(o.Size); err != nil {
		return nil, false, err
	}
	e = &entry{name: name, size: o.Size, pins: 1, ready: make(chan struct{})}
	c.keep(e)
	return e, true, nil
}

// fill fetches the object into its entry.
func (c *Cache) fill(ctx context.Context, e *entry, o Object) (*entry, error) {
	c.Counts.misses.Add(1)
	e.err = c.download(ctx, e.name, o)
	if e.err != nil {
		c.forget(e)
	}
	close(e.ready)
	return e, e.err
}

// holds tells whether the file is still there, and marks it as used.
func (c *Cache) holds(name string, size int64) bool {
	path := filepath.Join(c.dir, name)
	info, err := os.Stat(path)
	if err != nil || info.Size() != size {
		return false
	}
	// The order of use survives a restart in the files' times. To lose one costs
	// at most a fetch.
	now := time.Now()
	if now.Sub(info.ModTime()) > touchInterval {
		_ = os.Chtimes(path, now, now)
	}
	return true
}

// touchInterval is how exact the order of use is across a restart.
const touchInterval = time.Minute

// forget takes an entry out of the count, if it is still the one of its name.
func (c *Cache) forget(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[e.name] == e {
		c.drop(e)
	}
}

func (c *Cache) unpin(entries []*entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range entries {
		if e != nil {
			e.pins--
		}
	}
}
