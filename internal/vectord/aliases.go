package vectord

import (
	"context"
	"maps"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// setAlias lets a name lead to an index, in place of where it led before.
func (r *registry) setAlias(ctx context.Context, name, to string) (*index, error) {
	var x *index // the change may go on when this has returned
	err := r.change(ctx, name, func(ctx context.Context) (err error) {
		if x, err = r.find(to); err != nil {
			return err
		}
		r.mu.RLock()
		_, isIndex := r.indexes[name]
		before := r.aliases[name]
		r.mu.RUnlock()
		switch {
		case isIndex:
			return vector.ErrIndexExists.Errorf("%s is the name of an index; an alias needs another one", name).With("index", name)
		case !x.persisted() && before.etag != "":
			return vector.ErrBadIndex.Errorf("the index %s is not persisted, and the alias %s is; remove the alias first", x.name, name)
		case x.replaced():
			return goesOn(x.name, errNotBegun)
		}
		if !x.persisted() {
			r.alias(name, alias{index: x.name})
			return nil
		}
		if err := r.removeStrays(ctx, name); err != nil {
			return notMade(name, err)
		}
		etag := ""
		return r.settle(ctx, &step{
			names: []string{name, x.name, before.index}, // a drop of either removes its aliases
			write: func(ctx context.Context) (err error) {
				etag, err = r.names.put(ctx, name, pointer{AliasOf: x.name}, before.etag)
				return err
			},
			known: func(_ context.Context, err error) error {
				if err != nil {
					return notMade(name, err)
				}
				r.alias(name, alias{x.name, etag})
				return nil
			},
		})
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// alias lets those who ask for a name find what it is an alias of.
func (r *registry) alias(name string, to alias) {
	r.mu.Lock()
	r.aliases[name] = to
	r.mu.Unlock()
}

// dropAlias removes an alias.
func (r *registry) dropAlias(ctx context.Context, name string) error {
	return r.change(ctx, name, func(ctx context.Context) error {
		if err := r.known(); err != nil {
			return err
		}
		r.mu.RLock()
		to, there := r.aliases[name]
		r.mu.RUnlock()
		if !there {
			return vector.ErrAliasNotFound.Errorf("there is no alias %q; GET /vectors/aliases lists those that there are", name)
		}
		known := func(_ context.Context, err error) error {
			if err != nil {
				return notMade(name, err)
			}
			r.mu.Lock()
			delete(r.aliases, name)
			r.mu.Unlock()
			return nil
		}
		if to.etag == "" { // it lives in memory alone
			return known(ctx, nil)
		}
		return r.settle(ctx, &step{
			names: []string{name},
			write: func(ctx context.Context) error { return r.names.remove(ctx, name) },
			known: known,
		})
	})
}

// aliasesOf gives the aliases of an index, in order.
func (r *registry) aliasesOf(index string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := []string{}
	for _, name := range slices.Sorted(maps.Keys(r.aliases)) {
		if r.aliases[name].index == index {
			list = append(list, name)
		}
	}
	return list
}

// allAliases lists all, in order.
func (r *registry) allAliases() []vector.Alias {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := []vector.Alias{}
	for _, name := range slices.Sorted(maps.Keys(r.aliases)) {
		list = append(list, vector.Alias{Alias: name, Index: r.aliases[name].index})
	}
	return list
}
