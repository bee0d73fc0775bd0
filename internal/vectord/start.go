package vectord

import (
	"context"
	"fmt"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// loadedAtOnce is how many indexes a start reads side by side.
const loadedAtOnce = 2

// start reads the names and then opens the indexes, as soon as storaged is there. Each
// that is about to serve is given to a function; what that gives is called when the index
// serves, or was dropped meanwhile.
func (r *registry) start(opening func(*index) func()) {
	found, ok := r.readNames()
	if !ok {
		return
	}
	r.background.Go(func() { r.removeLitter(found) })
	turns := make(chan struct{}, loadedAtOnce)
	var loading sync.WaitGroup
	for _, x := range found {
		turns <- struct{}{}
		loading.Go(func() {
			defer func() { <-turns }()
			r.load(x, opening)
		})
	}
	loading.Wait()
}

// readNames reads the names, again and again until storaged gives them all, and sees to what
// was condemned before there is any of them to change or to erase from. It returns false where
// the daemon ends before.
func (r *registry) readNames() (found []*index, ok bool) {
	for {
		indexes, aliases := map[string]*index{}, map[string]alias{}
		condemned, err := r.names.condemned(r.ctx)
		if err == nil {
			err = r.names.all(r.ctx, func(name string, p pointer, etag string) {
				if p.AliasOf != "" {
					aliases[name] = alias{p.AliasOf, etag}
					return
				}
				indexes[name] = r.namedIndex(name, p, etag)
			})
		}
		found := inOrder(indexes) // from then on others may come, which are open
		if err == nil {
			r.dropDangling(aliases, indexes)
			r.removeCondemned(found, condemned)
		}
		r.mu.Lock()
		if r.waiting = err; err == nil {
			r.indexes, r.aliases, r.ready = indexes, aliases, true
			r.mu.Unlock()
			return found, true
		}
		r.mu.Unlock()
		select {
		case <-r.ctx.Done():
			return nil, false
		case <-time.After(r.config.RetryAfter.Std()):
		}
	}
}

// load opens an index. One that storaged cannot give now is tried again; one that cannot
// be read is told as failed. It ends when the index is dropped, or the daemon ends.
func (r *registry) load(x *index, opening func(*index) func()) {
	ctx, leave := x.enterToLoad(r.ctx)
	defer leave()
	for x.pointer.broken == nil && ctx.Err() == nil {
		x.attempt(nil)
		open, err := durable.Open(ctx, r.options(x), &x.progress)
		if ctx.Err() != nil {
			if open != nil {
				open.Close(context.WithoutCancel(ctx))
			}
			return
		}
		if err != nil && durable.Passes(err) {
			r.log.Warn("an index waits for storaged", "index", x.name, "error", err)
			x.attempt(err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(r.config.RetryAfter.Std()):
				continue
			}
		}
		serves := func() {}
		if err != nil {
			r.log.Error("an index could not be loaded", "index", x.name, "error", err)
		} else {
			serves = opening(x)
		}
		there := x.opened(open, err)
		serves()
		if !there && open != nil { // dropped meanwhile
			open.Close(r.ctx)
		}
		return
	}
}

// enterToLoad is enter for whoever opens the index: its objects are not removed before it has
// left. The context ends when nobody wants the index any more.
func (x *index) enterToLoad(ctx context.Context) (wanted context.Context, leave func()) {
	wanted, cancel := context.WithCancel(ctx)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.isGone() {
		cancel()
		return wanted, func() {}
	}
	x.users.Add(1)
	go func() {
		defer cancel()
		select {
		case <-x.gone:
		case <-wanted.Done():
		}
	}()
	return wanted, func() {
		cancel()
		x.users.Done()
	}
}

// notReady gives the reasons why something is still to come. An index that failed is
// none: it stays so until somebody sees to it, and the others serve.
func (r *registry) notReady() []string {
	r.mu.RLock()
	ready, waiting := r.ready, r.waiting
	r.mu.RUnlock()
	if !ready {
		return []string{wire.AsProblem(unread(waiting)).Detail}
	}
	var reasons []string
	for _, x := range r.list() {
		if state, how := x.state(); state == vector.Loading {
			reasons = append(reasons, fmt.Sprintf("the index %s %s", x.name, how))
		}
	}
	return reasons
}

// notes gives what is wrong with indexes that is no reason to be not ready: it lasts until
// somebody sees to it, and the others serve.
func (r *registry) notes() (notes []string) {
	for _, x := range r.list() {
		if state, reason := x.state(); state == vector.Failed {
			notes = append(notes, fmt.Sprintf("the index %s failed: %s", x.name, reason))
		}
		open, leave, err := x.enter()
		if err != nil {
			continue
		}
		stats := open.Stats()
		leave()
		if n := len(stats.Damage); n > 0 {
			notes = append(notes, fmt.Sprintf("the index %s has damage that nobody acknowledged, %d in all; GET /vectors/index/%s says what it lost", x.name, n, x.name))
		}
		if stats.GenerationError != nil {
			notes = append(notes, fmt.Sprintf("the index %s cannot be written as a whole, so that its log grows and a start takes longer: %s", x.name, wire.AsProblem(stats.GenerationError).Detail))
		}
	}
	return notes
}

// dropDangling removes aliases of indexes that are gone. Those that storaged does not remove
// while patience lasts are strays.
func (r *registry) dropDangling(aliases map[string]alias, indexes map[string]*index) {
	ctx, cancel := context.WithTimeout(r.ctx, r.patience)
	defer cancel()
	for name, to := range aliases {
		if indexes[to.index] != nil {
			continue
		}
		delete(aliases, name)
		r.strays[name] = to.index
		if err := r.removeStrays(ctx, name); err != nil {
			r.log.Warn("an alias of an index that is gone is left in storage; what gives its name anew, or a start, removes it", "name", name, "error", err)
		}
	}
}
