package vectord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// registry is all indexes and aliases by name.
type registry struct {
	config    Config
	log       *slog.Logger
	storage   *storage.Client
	names     names
	snapshots snapshots
	erasures  erasures
	copying   copying
	kernels   simd.Kernels
	memory    engine.Memory // that all indexes take
	reserving sync.Mutex    // who looks whether there is room that they keep
	reserved  atomic.Int64  // bytes of room that is kept for batches under way

	patience time.Duration     // with a change of names
	changes  chan struct{}     // has an element while names are changed
	strays   map[string]string // aliases of dropped indexes that may be in storage still, and of which; whoever changes names has them

	mu        sync.RWMutex
	ready     bool  // the names were read
	waiting   error // why not, yet
	indexes   map[string]*index
	aliases   map[string]alias
	unsettled map[*step]bool // changes of names of which it is not known what came of them
	removals  map[*removal]bool

	background sync.WaitGroup
	stop       context.CancelFunc
	ctx        context.Context // ends with the daemon
}

// alias is where another name leads.
type alias struct{ index, etag string }

func newRegistry(ctx context.Context, c Config, log *slog.Logger, store *storage.Client) *registry {
	r := &registry{config: c, log: log, storage: store, names: names{store}, snapshots: snapshots{store}, erasures: erasures{store}, kernels: simd.Best(),
		patience: changePatience, changes: make(chan struct{}, 1), strays: map[string]string{}, indexes: map[string]*index{}, aliases: map[string]alias{}, unsettled: map[*step]bool{}, removals: map[*removal]bool{}, copying: copying{taken: map[string]chan struct{}{}}}
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
	return nil, r.absent(name)
}

// absent says that no index has a name, and which have one like it; of mu.
func (r *registry) absent(name string) error {
	names := slices.Concat(slices.Collect(maps.Keys(r.indexes)), slices.Collect(maps.Keys(r.aliases)))
	near := wire.Nearest(fmt.Sprintf("%.128s", name), names)
	if len(near) == 0 {
		return notFound(name)
	}
	return vector.ErrIndexNotFound.Errorf("there is no index %q; did you mean %s?", fmt.Sprintf("%.128s", name), strings.Join(near, ", ")).With("near", near)
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

func (r *registry) options(x *index) durable.Options {
	o := durable.Options{ID: x.pointer.ID, Engine: engineConfig(x.pointer.Shape), Kernels: r.kernels,
		Log: r.log.With("index", x.name, "index_id", x.pointer.ID), Workers: r.config.Workers}
	o.Engine.Memory = &r.memory
	if x.persisted() {
		o.Storage = r.storage
	}
	return o
}

// list gives all indexes in order of their names.
func (r *registry) list() []*index {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return inOrder(r.indexes)
}

func inOrder(indexes map[string]*index) []*index {
	return slices.SortedFunc(maps.Values(indexes), func(a, b *index) int { return strings.Compare(a.name, b.name) })
}

// unnamedYet gives the indexes of which it is not known whether they have a name.
func (r *registry) unnamedYet() (list []*index) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for s := range r.unsettled {
		if s.made != nil {
			list = append(list, s.made)
		}
	}
	return list
}

// loadsRunning tells how many loads run.
func (r *registry) loadsRunning() (running int) {
	for _, x := range r.list() {
		if x.loads.Running() {
			running++
		}
	}
	return running
}

// closedAtOnce is how many indexes are closed side by side: each may wait for storaged, and
// few take a processor.
const closedAtOnce = 16

// closeWithin bounds how long the end of the daemon waits for changes that storaged has not
// answered yet.
const closeWithin = 20 * time.Second

// close ends all that runs, and closes every index.
func (r *registry) close(ctx context.Context) error {
	r.stop()
	r.background.Wait()
	ctx, cancel := context.WithTimeout(ctx, closeWithin)
	defer cancel()
	all := append(r.list(), r.unnamedYet()...)
	errs := make([]error, len(all))
	var group errgroup.Group
	group.SetLimit(closedAtOnce)
	for i, x := range all {
		group.Go(func() error {
			if open := x.shut(); open != nil {
				errs[i] = open.Close(ctx)
			}
			return nil
		})
	}
	_ = group.Wait() // each has an error of its own
	return errors.Join(errs...)
}
