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
	names, err := pagesOf(func(cursor string) (page []catalog.Name, next *string, err error) {
		list, err := s.catalog.List(ctx, cursor, listPage)
		for _, d := range list.Datasets {
			page = append(page, catalog.Name{Namespace: d.Namespace, Name: d.Name})
		}
		return page, list.NextCursor, err
	})
	if err != nil {
		return nil, err
	}
	views, err := pagesOf(func(cursor string) (page []catalog.Name, next *string, err error) {
		list, err := s.catalog.Views(ctx, cursor, listPage)
		for _, v := range list.Views {
			page = append(page, catalog.Name{Namespace: v.Namespace, Name: v.Name})
		}
		return page, list.NextCursor, err
	})
	if err != nil {
		return nil, err
	}
	names = append(names, views...)
	slices.SortFunc(names, func(a, b catalog.Name) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return names, nil
}

// pagesOf gathers the pages of a listing.
func pagesOf(page func(cursor string) ([]catalog.Name, *string, error)) ([]catalog.Name, error) {
	names := []catalog.Name{}
	for cursor := ""; ; {
		some, next, err := page(cursor)
		if err != nil {
			return nil, err
		}
		names = append(names, some...)
		if next == nil {
			return names, nil
		}
		if cursor = *next; len(names) >= maxTables {
			return nil, wire.ErrNotSupported.Errorf("the catalog has more than %d names; page through GET /catalog/list and /catalog/views", maxTables)
		}
	}
}
