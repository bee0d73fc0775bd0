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
	"fmt"
	"runtime/debug"
	"slices"
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

// flight is a key that is being computed.
type flight[V any] struct {
	key     Key
	done    chan struct{}
	value   V     // valid once done is closed
	err     error // likewise
	waiters int
	group   *group
}

// group is the keys that one caller computes.
type group struct {
	keys   []Key
	waited int // flights that somebody waits for
	cancel context.CancelFunc
}

// Get gives the values of keys, in their order, or the cause of ctx's end. Work is called in a
// goroutine of its own, with a context that has what ctx has but ends when nobody waits any
// more. Where others wait it goes on when Get has returned; going is done when it has ended.
func (m *Memo[V]) Get(ctx context.Context, keys []Key, going *sync.WaitGroup, work Work[V]) ([]V, error) {
	compute := func(own lead[V]) { going.Go(func() { m.compute(own, work) }) }
	values := make([]V, len(keys))
	missing := make([]int, len(keys))
	for i := range missing {
		missing[i] = i
	}
	const rounds = 2 // in the second nothing is in company of strangers
	for round := 1; ; round++ {
		again, err := m.round(ctx, keys, missing, values, compute, round == rounds)
		if err != nil || len(again) == 0 {
			return values, err
		}
		missing = again
	}
}

// round gets what it can of the missing and gives those that failed in a group of others. In
// the last round strangers are not joined, so that an error is the caller's own.
func (m *Memo[V]) round(ctx context.Context, keys []Key, missing []int, values []V, compute func(lead[V]), last bool) (again []int, err error) {
	join := func(*group) bool { return true }
	if last {
		join = within(keys, missing)
	}
	waits, own := m.join(ctx, keys, missing, values, join)
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
		case f.group == own.group || last:
			return nil, f.err
		default:
			again = append(again, i)
		}
	}
	return again, nil
}

// lead is the work that a caller has begun.
type lead[V any] struct {
	*group
	ctx     context.Context
	places  []int
	flights []*flight[V]
}

// within gives whether a group computes nothing but keys that are missing.
func within(keys []Key, missing []int) func(*group) bool {
	mine := make(map[Key]bool, len(missing))
	for _, i := range missing {
		mine[keys[i]] = true
	}
	known := map[*group]bool{}
	return func(g *group) bool {
		if _, there := known[g]; !there {
			known[g] = !slices.ContainsFunc(g.keys, func(key Key) bool { return !mine[key] })
		}
		return known[g]
	}
}

// join fills in what is kept, and gives the flights to wait for: those under way in groups
// that may be joined, and those that the caller has to compute.
func (m *Memo[V]) join(ctx context.Context, keys []Key, missing []int, values []V, may func(*group) bool) (waits map[Key]*flight[V], own lead[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	own.group = &group{}
	waits = map[Key]*flight[V]{}
	for _, i := range missing {
		key := keys[i]
		if value, ok := m.kept.Get(key); ok {
			m.counts.Hits++
			values[i] = value
			continue
		}
		if waits[key] != nil {
			m.counts.Shared++
			continue
		}
		f := m.flights[key]
		if f == nil || !may(f.group) {
			m.counts.Misses++
			f = &flight[V]{key: key, done: make(chan struct{}), group: own.group}
			m.flights[key] = f
			own.keys = append(own.keys, key)
			own.waited++
			own.places, own.flights = append(own.places, i), append(own.flights, f)
		} else {
			m.counts.Shared++
		}
		f.waiters++
		waits[key] = f
	}
	own.ctx, own.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if len(own.places) == 0 {
		own.cancel()
	}
	return waits, own
}

// leave takes the caller from flights. One that nobody waits for is nobody's to join.
func (m *Memo[V]) leave(waits map[Key]*flight[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, f := range waits {
		if f.waiters--; f.waiters > 0 {
			continue
		}
		if m.flights[key] == f {
			delete(m.flights, key)
		}
		if f.group.waited--; f.group.waited == 0 {
			f.group.cancel()
		}
	}
}

// compute does a caller's work until all of it is done, has failed, or is not waited for.
func (m *Memo[V]) compute(own lead[V], work Work[V]) {
	defer own.cancel()
	for {
		m.wanted(&own)
		if len(own.places) == 0 {
			return
		}
		values, err := attempt(own.ctx, own.places, work)
		if err != nil {
			m.land(own.flights, nil, err)
			return
		}
		n := len(values)
		m.land(own.flights[:n], values, nil)
		own.places, own.flights = own.places[n:], own.flights[n:]
	}
}

// attempt calls work. A panic of it is an error to those who wait, as it would be in the
// goroutine of a request.
func attempt[V any](ctx context.Context, places []int, work Work[V]) (values []V, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	values, err = work(ctx, places)
	if err == nil && (len(values) == 0 || len(values) > len(places)) {
		err = fmt.Errorf("%d values came for %d keys", len(values), len(places))
	}
	return values, err
}

// wanted drops what nobody waits for.
func (m *Memo[V]) wanted(own *lead[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for i, f := range own.flights {
		if f.waiters > 0 {
			own.places[n], own.flights[n] = own.places[i], f
			n++
		}
	}
	own.places, own.flights = own.places[:n], own.flights[:n]
}

// land ends flights with their values, which are kept, or with an error.
func (m *Memo[V]) land(flights []*flight[V], values []V, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, f := range flights {
		if f.err = err; err == nil {
			f.value = values[i]
			m.keep(f.key, values[i])
		}
		if m.flights[f.key] == f {
			delete(m.flights, f.key)
		}
		close(f.done)
	}
}

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
