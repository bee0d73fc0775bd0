package vectord

import (
	"context"
	"maps"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// setAlias lets a name lead to an index, in place of where it led before.
func (r *registry) setAlias(ctx context.Context, name, to string) (*index, error) {
	r.changes.Lock()
	defer r.changes.Unlock()
	x, err := r.find(to)
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	_, isIndex := r.indexes[name]
	before := r.aliases[name]
	r.mu.RUnlock()
	switch {
	case isIndex:
		return nil, vector.ErrIndexExists.Errorf("%s is the name of an index; an alias needs another one", name).With("index", name)
	case !x.persisted() && before.etag != "":
		return nil, vector.ErrBadIndex.Errorf("the index %s is not persisted, and the alias %s is; remove the alias first", x.name, name)
	}
	etag := ""
	if x.persisted() {
		if etag, err = r.names.put(ctx, name, pointer{AliasOf: x.name}, before.etag); err != nil {
			return nil, nameProblem(name, err)
		}
	}
	r.mu.Lock()
	r.aliases[name] = alias{x.name, etag}
	r.mu.Unlock()
	return x, nil
}

// dropAlias removes an alias.
func (r *registry) dropAlias(ctx context.Context, name string) error {
	r.changes.Lock()
	defer r.changes.Unlock()
	r.mu.RLock()
	_, there := r.aliases[name]
	ready, waiting := r.ready, r.waiting
	r.mu.RUnlock()
	switch {
	case !ready:
		return unread(waiting)
	case !there:
		return vector.ErrAliasNotFound.Errorf("there is no alias %q; GET /vectors/aliases lists those that there are", name)
	}
	return r.removeAlias(ctx, name)
}

// removeAlias removes an alias that there is, while names are held.
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
