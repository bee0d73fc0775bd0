package vectord

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// registry is all indexes and aliases by name. A name is changed in storage first and in
// memory then; changes of names wait for each other, and nothing else waits for them.
type registry struct {
	config  Config
	log     *slog.Logger
	storage *storage.Client
	names   names
	kernels simd.Kernels

	changes sync.Mutex // one change of names at a time

	mu      sync.RWMutex
	ready   bool   // the names were read
	waiting error  // why not, yet
	coming  string // the id of an index that has objects and gets its name soon
	indexes map[string]*index
	aliases map[string]alias

	background sync.WaitGroup
	stop       context.CancelFunc
	ctx        context.Context // ends with the daemon
}

// alias is where another name leads.
type alias struct{ index, etag string }

func newRegistry(ctx context.Context, c Config, log *slog.Logger, store *storage.Client) *registry {
	r := &registry{config: c, log: log, storage: store, names: names{store}, kernels: simd.Best(),
		indexes: map[string]*index{}, aliases: map[string]alias{}}
	r.ctx, r.stop = context.WithCancel(ctx)
	return r
}

// find gives the index of a name or an alias.
func (r *registry) find(name string) (*index, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if to, ok := r.aliases[name]; ok {
		name = to.index
	}
	if x, ok := r.indexes[name]; ok {
		return x, nil
	}
	if !r.ready {
		return nil, unread(r.waiting)
	}
	return nil, notFound(name)
}

// known returns nothing once it is known what indexes there are.
func (r *registry) known() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.ready {
		return unread(r.waiting)
	}
	return nil
}

// unread is the answer where it is not known yet what there is.
func unread(cause error) error {
	p := wire.ErrUnavailable.Errorf("vectord has not read the names of its indexes yet").With("service", "storaged").After(time.Second)
	if cause != nil {
		p.Detail += ": " + wire.AsProblem(cause).Detail
	}
	return p
}

// enter gives an open index to a request, which leaves it when it is done.
func (r *registry) enter(name string) (x *index, open *durable.Index, leave func(), err error) {
	if x, err = r.find(name); err != nil {
		return nil, nil, nil, err
	}
	open, leave, err = x.enter()
	return x, open, leave, err
}

// create makes an index, or finds the one of the same shape where that may be.
func (r *registry) create(ctx context.Context, want vector.NewIndex) (x *index, created bool, err error) {
	shape, err := complete(want.Shape)
	if err != nil {
		return nil, false, err
	}
	r.changes.Lock()
	defer r.changes.Unlock()
	if err := r.free(want.Name); err != nil {
		if there, findErr := r.find(want.Name); findErr == nil && want.IfNotExists && there.name == want.Name && same(there.pointer.Shape, shape) {
			return there, false, nil
		}
		return nil, false, err
	}
	x = newIndex(want.Name, shape)
	open, err := durable.Create(r.ctx, r.options(x))
	if err != nil {
		return nil, false, err
	}
	if err := r.publish(ctx, x, open); err != nil {
		return nil, false, err
	}
	return x, true, nil
}

// publish gives an open index its name, in place of the one whose etag it has. Where it
// cannot, the index is closed.
func (r *registry) publish(ctx context.Context, x *index, open *durable.Index) (err error) {
	if x.persisted() {
		if x.etag, err = r.names.put(ctx, x.name, x.pointer, x.etag); err != nil {
			return errors.Join(nameProblem(x.name, err), open.Close(ctx))
		}
	}
	x.opened(open, nil)
	r.mu.Lock()
	r.indexes[x.name] = x
	r.mu.Unlock()
	return nil
}

// nameProblem says why a name could not be written.
func nameProblem(name string, err error) error {
	if errors.Is(err, storage.ErrPreconditionFailed) {
		return vector.ErrIndexTaken.Errorf("another daemon has just changed the name %s: two vectord must not share a bucket; stop one of them and restart the other", name).Because(err)
	}
	return err
}

// free returns what keeps a name from being given.
func (r *registry) free(name string) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.ready {
		return unread(r.waiting)
	}
	if to, taken := r.aliases[name]; taken {
		return vector.ErrIndexExists.Errorf("%s is an alias of the index %s; choose another name, or remove the alias first", name, to.index).With("index", to.index)
	}
	if x, taken := r.indexes[name]; taken {
		return vector.ErrIndexExists.Errorf("the index %s is there; drop it first, choose another name, or give if_not_exists and the same parameters", name).With("index", name).With("shape", x.pointer.Shape)
	}
	if len(r.indexes) >= r.config.MaxIndexes {
		return vector.ErrIndexMemory.Errorf("there are %d indexes already, which is the most: drop one, or raise [vectord] max_indexes", len(r.indexes)).With("limit", r.config.MaxIndexes)
	}
	return nil
}

// drop removes an index, its aliases with it.
func (r *registry) drop(ctx context.Context, name string) error {
	r.changes.Lock()
	defer r.changes.Unlock()
	x, err := r.find(name)
	if err != nil {
		return err
	}
	if x.name != name {
		return vector.ErrBadIndex.Errorf("%s is an alias of the index %s; drop that, or remove the alias by DELETE /vectors/aliases/%s", name, x.name, name)
	}
	for _, a := range r.aliasesOf(name) {
		if err := r.removeAlias(ctx, a); err != nil {
			return err
		}
	}
	if x.persisted() {
		if err := r.names.remove(ctx, name); err != nil {
			return err
		}
	}
	r.mu.Lock()
	delete(r.indexes, name)
	r.mu.Unlock()
	r.background.Go(func() { r.discard(x) })
	return nil
}

// discard closes an index that has no name any more, and removes its objects.
func (r *registry) discard(x *index) {
	x.cancelLoad(r.ctx)
	err := error(nil)
	if open := x.shut(); open != nil {
		err = open.Close(r.ctx)
	}
	if x.persisted() {
		err = errors.Join(err, durable.Drop(r.ctx, r.storage, x.pointer.ID))
	}
	if err != nil {
		r.log.Warn("the objects of a dropped index are left; the next start removes them", "index", x.name, "index_id", x.pointer.ID, "error", err)
	}
}

func (r *registry) options(x *index) durable.Options {
	o := durable.Options{ID: x.pointer.ID, Engine: engineConfig(x.pointer.Shape), Kernels: r.kernels,
		Log: r.log.With("index", x.name, "index_id", x.pointer.ID), Workers: r.config.Workers}
	if x.persisted() {
		o.Storage = r.storage
	}
	return o
}

// list gives all indexes in order of their names.
func (r *registry) list() []*index {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.SortedFunc(maps.Values(r.indexes), func(a, b *index) int { return strings.Compare(a.name, b.name) })
}

// close ends all that runs, and closes every index.
func (r *registry) close(ctx context.Context) error {
	r.stop()
	r.background.Wait()
	var errs []error
	for _, x := range r.list() {
		if open := x.shut(); open != nil {
			errs = append(errs, open.Close(ctx))
		}
	}
	return errors.Join(errs...)
}

// expect names the index that has objects before it has a name.
func (r *registry) expect(id string) {
	r.mu.Lock()
	r.coming = id
	r.mu.Unlock()
}
