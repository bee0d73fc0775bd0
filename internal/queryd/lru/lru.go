// Package lru keeps the values that were used last, within a bound of bytes. What a
// value weighs is the maker's to say, once for all; a value that alone would take too
// large a part of the bound is not kept at all, so that one cannot push out all others.
package lru

import (
	"container/list"
	"sync"
)

// Cache holds values by key. It is safe for concurrent use; the values are the
// callers' own to share.
type Cache[K comparable, V any] struct {
	limit int64 // bytes
	most  int64 // bytes of one value
	weigh func(key K, value V) int64

	mu     sync.Mutex
	bytes  int64
	recent *list.List // of *entry[K, V], the one used last in front
	at     map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
	bytes int64
}

// Overhead is about how many bytes the cache itself takes for a value, beside the key's
// and the value's own; weigh adds it.
const Overhead = 128

// New makes a cache of limit bytes, of which one value may take a fraction-th part.
// weigh tells how many bytes a value takes in memory, with its key and the Overhead; it
// is asked once for each, when that is put.
func New[K comparable, V any](limit, fraction int64, weigh func(key K, value V) int64) *Cache[K, V] {
	return &Cache[K, V]{limit: limit, most: limit / fraction, weigh: weigh, recent: list.New(), at: map[K]*list.Element{}}
}

// Most is how many bytes a value may have to be kept; 0 for a cache that keeps none.
func (c *Cache[K, V]) Most() int64 { return c.most }

// Get gives the value of a key.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.at[key]
	if !ok {
		return value, false
	}
	c.recent.MoveToFront(at)
	return at.Value.(*entry[K, V]).value, true
}

// Put keeps a value in the place of those that were not used for longest. One that
// weighs too much is not kept.
func (c *Cache[K, V]) Put(key K, value V) {
	bytes := c.weigh(key, value)
	if bytes > c.most {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(c.at[key])
	c.at[key] = c.recent.PushFront(&entry[K, V]{key, value, bytes})
	c.bytes += bytes
	for c.bytes > c.limit {
		c.drop(c.recent.Back())
	}
}

func (c *Cache[K, V]) drop(at *list.Element) {
	if at == nil {
		return
	}
	e := c.recent.Remove(at).(*entry[K, V])
	delete(c.at, e.key)
	c.bytes -= e.bytes
}

// All gives what the cache holds now.
func (c *Cache[K, V]) All() map[K]V {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[K]V, len(c.at))
	for key, at := range c.at {
		all[key] = at.Value.(*entry[K, V]).value
	}
	return all
}

// DropFunc lets those go of which drop says so, and gives their number.
func (c *Cache[K, V]) DropFunc(drop func(key K, value V) bool) (dropped int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, at := range c.at {
		if drop(key, at.Value.(*entry[K, V]).value) {
			c.drop(at)
			dropped++
		}
	}
	return dropped
}

// Bytes is how much the cache holds.
func (c *Cache[K, V]) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}
