// Package memo computes a value once for all who ask for it, and keeps the last ones.
//
// What it promises:
//
//   - A key that is asked for by many at once, in whatever company, is computed once. Who
//     asks for several keys waits for those that are being computed elsewhere and computes
//     the others.
//   - The work is nobody's own: who asked first may leave, and the others get their values. A
//     key that nobody waits for any more is not begun, and work that nobody waits for is
//     cancelled.
//   - Errors are not kept. One that came to others of a key is not handed on: who met it asks
//     once more, alone or beside those who ask for nothing else.
//   - What is kept takes no more bytes than it may; what was asked for longest ago goes first.
package memo

import (
	"context"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Key names a value: a digest of all that it depends on.
type Key [32]byte

// entryBytes is about what an entry takes beside its value.
const entryBytes = 256

// Memo keeps values and the work that is under way.
type Memo[V any] struct {
	limit int64
	size  func(V) int64 // of a value in bytes

	mu      sync.Mutex
	kept    *simplelru.LRU[Key, V]
	bytes   int64
	flights map[Key]*flight[V]
	counts  Counts
}

// Counts say what became of the keys that were asked for, and what is kept.
type Counts struct {
	Hits, Shared, Misses, Evictions int64 // kept; being computed already; computed; gone for others
	Bytes                           int64
}

// New makes a memo that keeps up to limit bytes.
func New[V any](limit int64, size func(V) int64) *Memo[V] {
	const many = 1 << 30 // the bytes decide
	kept, err := simplelru.NewLRU[Key, V](many, nil)
	if err != nil {
		panic(err) // of a size below 1 alone
	}
	return &Memo[V]{limit: limit, size: size, kept: kept, flights: map[Key]*flight[V]{}}
}

// Counts gives them as they are now.
func (m *Memo[V]) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts
	c.Bytes = m.bytes
	return c
}

// Work computes the values of one or more of the first of the keys at the places given, and
// at least that of the first.
type Work[V any] func(ctx context.Context, places []int) ([]V, error)

// Get gives the values of keys, in their order, or the cause of ctx's end. Begin starts a
// goroutine, in which work is called with a context that has what ctx has but ends when nobody
// waits any more. Where others wait it goes on when Get has returned.
func (m *Memo[V]) Get(ctx context.Context, keys []Key, begin func(do func()), work Work[V]) ([]V, error) {
	compute := func(own lead[V]) { begin(func() { m.compute(own, work) }) }
	values := make([]V, len(keys))
	all := make([]int, len(keys))
	for i := range all {
		all[i] = i
	}
	failed, err := m.round(ctx, keys, all, values, compute, anybody)
	if len(failed) > 0 { // in company of strangers
		_, err = m.round(ctx, keys, failed, values, compute, within(keys, failed))
	}
	return values, err
}

// round gets what it can of the missing, and joins the work of groups that it may. An error of
// the caller's own is all that it gives; of one of others it gives also what failed by it, which
// may be asked for once more.
func (m *Memo[V]) round(ctx context.Context, keys []Key, missing []int, values []V, compute func(lead[V]), may func(*group) bool) (failed []int, err error) {
	waits, own := m.join(ctx, keys, missing, values, may)
	defer m.leave(waits)
	if len(own.places) > 0 {
		compute(own)
	}
	for _, i := range missing {
		f := waits[keys[i]]
		if f == nil {
			continue
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		switch {
		case f.err == nil:
			values[i] = f.value
		case f.group == own.group:
			return nil, f.err
		default:
			failed, err = append(failed, i), f.err
		}
	}
	return failed, err
}

// keep keeps a value, in place of those that were asked for longest ago. The lock is held.
func (m *Memo[V]) keep(key Key, value V) {
	if m.cost(value) > m.limit {
		return
	}
	if old, there := m.kept.Peek(key); there {
		m.bytes -= m.cost(old)
	}
	m.kept.Add(key, value)
	m.bytes += m.cost(value)
	for m.bytes > m.limit {
		_, old, _ := m.kept.RemoveOldest()
		m.bytes -= m.cost(old)
		m.counts.Evictions++
	}
}

func (m *Memo[V]) cost(v V) int64 { return entryBytes + m.size(v) }
