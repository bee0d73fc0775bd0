package queryd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// notFound is the problem of a table that the catalog does not have, with the
// names that it may be a misspelling of.
func (s *server) notFound(ctx context.Context, table duck.Table) error {
	name := table.Name
	if table.Schema != "" {
		name = table.Schema + "." + name
	}
	p := query.ErrTableNotFound.Errorf("there is no table %q; SHOW TABLES lists them all", name)
	near := []string{}
	if names, err := s.tableNames(ctx); err == nil {
		near = catalog.Nearest(strings.ToLower(name), names)
	}
	if len(near) > 0 {
		p = query.ErrTableNotFound.Errorf("there is no table %q; did you mean %s?", name, strings.Join(near, ", "))
	}
	return at(p.With("table", name).With("near", near), table.Position)
}

// tableNames lists the catalog: datasets and views, by namespace and name.
func (s *server) tableNames(ctx context.Context) ([]catalog.Name, error) {
	names := []catalog.Name{}
	note := func(namespace, name string, err error) error {
		if err == nil && len(names) == maxTables {
			err = wire.ErrNotSupported.Errorf("the catalog has more than %d names; page through GET /catalog/list and /catalog/views", maxTables)
		}
		names = append(names, catalog.Name{Namespace: namespace, Name: name})
		return err
	}
	for d, err := range s.catalog.EachDataset(ctx, listPage) {
		if err := note(d.Namespace, d.Name, err); err != nil {
			return nil, err
		}
	}
	for v, err := range s.catalog.EachView(ctx, listPage) {
		if err := note(v.Namespace, v.Name, err); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(names, func(a, b catalog.Name) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return names, nil
}
