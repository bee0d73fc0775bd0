package memo

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
)

// flight is a key that is being computed. It is found by its key for as long as somebody waits
// for it and it has not landed, unless one of a caller that may not join it has its place.
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

// lead is the work that a caller has begun.
type lead[V any] struct {
	*group
	ctx     context.Context
	places  []int
	flights []*flight[V]
}

// anybody lets a caller join any group.
func anybody(*group) bool { return true }

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
