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
	err := r.change(ctx, func(ctx context.Context) (err error) {
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
		}
		etag := ""
		if x.persisted() {
			if err := r.removeStrays(ctx, name); err != nil {
				return err
			}
			if etag, err = r.names.put(ctx, name, pointer{AliasOf: x.name}, before.etag); err != nil {
				return nameProblem(name, err)
			}
		}
		r.mu.Lock()
		r.aliases[name] = alias{x.name, etag}
		r.mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// dropAlias removes an alias.
func (r *registry) dropAlias(ctx context.Context, name string) error {
	return r.change(ctx, func(ctx context.Context) error {
		if err := r.known(); err != nil {
			return err
		}
		r.mu.RLock()
		_, there := r.aliases[name]
		r.mu.RUnlock()
		if !there {
			return vector.ErrAliasNotFound.Errorf("there is no alias %q; GET /vectors/aliases lists those that there are", name)
		}
		return r.removeAlias(ctx, name)
	})
}

// removeAlias removes an alias that there is, within a change.
func (r *registry) removeAlias(ctx context.Context, name string) error {
	r.mu.RLock()
	persisted := r.aliases[name].etag != ""
	r.mu.RUnlock()
	if persisted {
		if err := r.names.remove(ctx, name); err != nil {
			return err
		}
	}
	r.mu.Lock()
	delete(r.aliases, name)
	r.mu.Unlock()
	return nil
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
